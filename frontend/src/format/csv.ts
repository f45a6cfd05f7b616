/** Rows as a spreadsheet reads them (RFC 4180); what would be a formula there is written as text. */
export function csvOf(titles: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  return [titles, ...rows]
    .map((row) => row.map(cell).join(","))
    .join("\r\n")
    .concat("\r\n")
}

function cell(value: string | number): string {
  const text = String(value)
  const safe = /^[=+\-@\t\r]/.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
