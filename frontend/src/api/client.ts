import createClient, { type Middleware } from "openapi-fetch"
import { noteServerTime, serverNow } from "@/live/clock"
import { Failure, failureOf, unreached } from "./failure"
import type { components, paths } from "./schema"

export type Schemas = components["schemas"]

let csrf: string | null = null
let lastUse = 0
let onSignedOut: () => void = () => undefined

/** Remember the token that every change must show. */
export function holdCsrf(token: string | null): void {
  csrf = token
}

/** When the desk last answered one of this page's questions, in its own time. */
export const lastUsed = () => lastUse

/** Say what happens when the desk answers that nobody is signed in. */
export function whenSignedOut(act: () => void): void {
  onSignedOut = act
}

const guard: Middleware = {
  onRequest({ request }) {
    if (request.method !== "GET" && csrf) request.headers.set("X-CSRF-Token", csrf)
    return request
  },
  onResponse({ response, schemaPath }) {
    noteServerTime(response.headers.get("date"))
    if (response.ok) lastUse = serverNow()
    if (response.status === 401 && !schemaPath.startsWith("/api/auth/")) onSignedOut()
    return undefined
  },
}

export const api = createClient<paths>({
  baseUrl: globalThis.location?.origin ?? "",
  credentials: "same-origin",
})
api.use(guard)

export interface Answer<T> {
  data?: T
  error?: unknown
  response: Response
}

/** Return what was answered; throw a Failure with the desk's own sentence otherwise. */
export async function answered<T>(asked: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await asked.catch((problem: unknown) => {
    throw problem instanceof Failure ? problem : unreached()
  })
  if (!response.ok) throw failureOf(response, error)
  return data as T
}

/** One act is one key, however often it is sent. */
export function newKey(): string {
  return crypto.randomUUID()
}
