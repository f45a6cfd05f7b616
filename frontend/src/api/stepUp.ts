import { useSyncExternalStore } from "react"
import { type Answer, answered } from "./client"
import { Failure } from "./failure"

/** Dangerous acts want a fresh code of the second factor; it is asked for over the page, then the act goes on. */
const NEEDED = "second factor needed"

interface Asking {
  done: () => void
  refuse: (failure: Failure) => void
}

let asking: Asking | null = null
const listeners = new Set<() => void>()

/** Do *act*; where the desk wants a code first, ask for it and do it again. The act keeps its idempotency key. */
export async function acted<T>(act: () => Promise<Answer<T>>): Promise<T> {
  try {
    return await answered<T>(act())
  } catch (failure) {
    if (!(failure instanceof Failure && failure.reason === NEEDED)) throw failure
    await codeShown()
    return await answered<T>(act())
  }
}

/** What asks for the code, while something waits for it. */
export function useAsking(): Asking | null {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => asking,
  )
}

function codeShown(): Promise<void> {
  return new Promise((done, refuse) => {
    set({
      done: () => {
        set(null)
        done()
      },
      refuse: (failure) => {
        set(null)
        refuse(failure)
      },
    })
  })
}

function set(next: Asking | null): void {
  asking = next
  for (const each of listeners) each()
}
