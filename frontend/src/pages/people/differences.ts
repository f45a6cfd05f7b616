export interface Difference {
  field: string
  before: string | null
  after: string | null
}

/** What two states differ in, field by field ("limits.price.max"), in the order of their names. */
export function differencesOf(before: unknown, after: unknown): Difference[] {
  const [was, is] = [fieldsOf(before), fieldsOf(after)]
  return [...new Set([...was.keys(), ...is.keys()])]
    .sort()
    .map((field) => ({ field, before: was.get(field) ?? null, after: is.get(field) ?? null }))
    .filter((one) => one.before !== one.after)
}

function fieldsOf(state: unknown, path = "", found = new Map<string, string>()): Map<string, string> {
  if (state === null || state === undefined) {
    if (path) found.set(path, "none")
    return found
  }
  if (typeof state !== "object") return found.set(path || "value", String(state))
  const entries = Object.entries(state)
  if (entries.length === 0 && path) found.set(path, "empty")
  for (const [name, value] of entries) fieldsOf(value, path ? `${path}.${name}` : name, found)
  return found
}
