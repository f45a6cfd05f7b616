/** What the server said no to: its status, its sentence, and how long to wait where it said so. */
export class Failure extends Error {
  readonly status: number
  readonly retryAfter: number | null
  /** What a program should act on, e.g. that a code of the second factor is needed. */
  readonly reason: string | null

  constructor(
    status: number,
    message: string,
    retryAfter: number | null = null,
    reason: string | null = null,
  ) {
    super(message)
    this.status = status
    this.retryAfter = retryAfter
    this.reason = reason
  }
}

const UNREACHED = "The desk did not answer. Check the connection and try again."

/** Whether asking again later may help: nobody answered, or the desk is busy. */
export function isPassing(failure: unknown): boolean {
  return (
    !(failure instanceof Failure) || failure.status === 0 || failure.status === 429 || failure.status >= 500
  )
}

export function sentenceOf(failure: unknown): string {
  return failure instanceof Failure ? failure.message : UNREACHED
}

export function unreached(): Failure {
  return new Failure(0, UNREACHED)
}

/** Make a failure from an answer's body: `{error}` as the desk says it, `{detail}` as validation says it. */
export function failureOf(response: Response, body: unknown): Failure {
  const seconds = Number(response.headers.get("retry-after"))
  const said = told(body) ?? fallback(response.status)
  return new Failure(response.status, said, seconds > 0 ? seconds : null, reasonOf(body))
}

function told(body: unknown): string | null {
  if (typeof body !== "object" || body === null) return null
  const { error, detail } = body as { error?: unknown; detail?: unknown }
  if (typeof error === "string") return error
  if (typeof detail === "string") return detail
  if (Array.isArray(detail)) return detail.map(oneProblem).join(". ")
  return null
}

function reasonOf(body: unknown): string | null {
  const reason = (body as { reason?: unknown } | null | undefined)?.reason
  return typeof reason === "string" ? reason : null
}

function oneProblem(problem: { loc?: unknown[]; msg?: string }): string {
  const where = (problem.loc ?? []).filter((part) => part !== "body").join(" ")
  return [where, problem.msg].filter(Boolean).join(": ")
}

function fallback(status: number): string {
  if (status === 401) return "The session has ended. Sign in again."
  if (status === 404) return "There is nothing here."
  if (status >= 500) return "The desk could not answer. Try again in a moment."
  return `The desk refused (${status}).`
}
