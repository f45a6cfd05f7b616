/** Numbers as traders read them. Decimal strings stay strings: Intl formats them exactly, digit by digit. */

export type Decimal = string | number | null | undefined

export const MISSING = "–"
const MINUS = "−"
const formatters = new Map<string, Intl.NumberFormat>()

function formatter(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = JSON.stringify(options)
  let known = formatters.get(key)
  if (!known) {
    known = new Intl.NumberFormat("en-US", options)
    formatters.set(key, known)
  }
  return known
}

function write(value: Decimal, options: Intl.NumberFormatOptions): string {
  if (!isNumber(value)) return MISSING
  return formatter({ signDisplay: "negative", ...options })
    .format(value as Intl.StringNumericLiteral)
    .replace("-", MINUS)
}

/** Whether there is a figure to show at all. */
export function isNumber(value: Decimal): value is string | number {
  return value !== null && value !== undefined && value !== "" && !Number.isNaN(Number(value))
}

/** The sign as the server wrote it: -1, 0 or 1; null where there is no figure. */
export function signOf(value: Decimal): -1 | 0 | 1 | null {
  if (!isNumber(value)) return null
  const number = Number(value)
  return number > 0 ? 1 : number < 0 ? -1 : 0
}

/** "$1,766,829" or "$1,766,829.40"; currencies without a sign of their own are written as codes. */
export function money(value: Decimal, currency = "USD", digits = 0): string {
  return write(value, {
    style: "currency",
    currency,
    currencyDisplay: "narrowSymbol",
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
}

/** The same with its sign always said. */
export function signedMoney(value: Decimal, currency = "USD", digits = 0): string {
  return write(value, {
    style: "currency",
    currency,
    currencyDisplay: "narrowSymbol",
    signDisplay: "exceptZero",
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
}

/** "$1.2M" for axes. */
export function shortMoney(value: Decimal, currency = "USD"): string {
  return write(value, {
    style: "currency",
    currency,
    currencyDisplay: "narrowSymbol",
    notation: "compact",
    maximumSignificantDigits: 3,
  })
}

/** Units of an instrument: "2,230", "3.25"; never more digits than there are. */
export function quantity(value: Decimal): string {
  return write(value, { maximumFractionDigits: 8 })
}

/** A price with its own digits, at least two. */
export function price(value: Decimal): string {
  return write(value, { minimumFractionDigits: 2, maximumFractionDigits: 8 })
}

/** Per cent as the server says it (13.25 is 13.25 %). */
export function percent(value: Decimal, digits = 2): string {
  const said = write(value, { minimumFractionDigits: digits, maximumFractionDigits: digits })
  return said === MISSING ? said : `${said}%`
}

export function signedPercent(value: Decimal, digits = 2): string {
  const said = write(value, {
    signDisplay: "exceptZero",
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
  return said === MISSING ? said : `${said}%`
}

/** A fraction as per cent (0.0187 is 1.87 %). */
export function fraction(value: Decimal, digits = 2): string {
  return write(value, { style: "percent", minimumFractionDigits: digits, maximumFractionDigits: digits })
}

export function signedFraction(value: Decimal, digits = 2): string {
  return write(value, {
    style: "percent",
    signDisplay: "exceptZero",
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
}

/** A plain number with a fixed count of decimals: ratios, correlations. */
export function plain(value: Decimal, digits = 2): string {
  return write(value, { minimumFractionDigits: digits, maximumFractionDigits: digits })
}

/** The same with its sign always said. */
export function signedPlain(value: Decimal, digits = 2): string {
  return write(value, {
    signDisplay: "exceptZero",
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
}

export function count(value: Decimal): string {
  return write(value, { maximumFractionDigits: 0 })
}
