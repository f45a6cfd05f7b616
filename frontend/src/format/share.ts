/** Per cent as one types it ("20", "12.5") as the exact fraction the desk takes ("0.20", "0.125"); null: no number. */
export function fractionOf(typed: string): string | null {
  const text = typed.trim()
  if (!/^\d{1,3}(\.\d{1,6})?$/.test(text)) return null
  const [whole = "", rest = ""] = text.split(".")
  const digits = whole.padStart(3, "0")
  return `${Number(digits.slice(0, -2))}.${digits.slice(-2)}${rest}`
}
