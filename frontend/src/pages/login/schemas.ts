/** What the browser checks before it asks; the desk checks again. */
export type Problems = Record<string, string>
export type Rule = "login" | "password" | "chosen" | "code"

/** Return the first problem of each field, by its name. */
export async function problemsOf(rule: Rule, form: unknown): Promise<Problems> {
  const { schemas } = await import("./rules")
  const read = schemas[rule].safeParse(form)
  const found: Problems = {}
  for (const issue of read.error?.issues ?? []) found[String(issue.path[0])] ??= issue.message
  return found
}
