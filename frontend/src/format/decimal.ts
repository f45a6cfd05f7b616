const PLACES = 12

/** Whether *text* is a plain decimal number, as one types a share. */
export function isDecimal(text: string): boolean {
  return /^\d{1,8}(\.\d{1,12})?$/.test(text.trim())
}

/** The exact sum of typed decimals: said back to the one who types, never a figure of the desk. */
export function sumOf(texts: readonly string[]): string {
  const total = texts.filter(isDecimal).reduce((sum, text) => sum + scaled(text), 0n)
  const digits = total.toString().padStart(PLACES + 1, "0")
  const fraction = digits.slice(-PLACES).replace(/0+$/, "")
  return digits.slice(0, -PLACES) + (fraction && `.${fraction}`)
}

function scaled(text: string): bigint {
  const [whole = "0", fraction = ""] = text.trim().split(".")
  return BigInt(whole + fraction.padEnd(PLACES, "0"))
}
