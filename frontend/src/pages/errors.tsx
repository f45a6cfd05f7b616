import type { ErrorComponentProps } from "@tanstack/react-router"

/** An address where nothing is, or nothing for this role: the two look the same. */
export function Missing() {
  return (
    <Plainly title="There is nothing here">
      <p>The address is wrong, or what it named is not yours to see.</p>
      <a className="underline" href="/">
        Go home
      </a>
    </Plainly>
  )
}

/** Something on the page itself broke; the rest of the desk goes on. */
export function Broken({ reset }: ErrorComponentProps) {
  return (
    <Plainly title="This page broke">
      <p>The desk goes on trading; only this page stopped. Load it again, or go home.</p>
      <p className="flex gap-4">
        <button type="button" className="underline" onClick={reset}>
          Load it again
        </button>
        <a className="underline" href="/">
          Go home
        </a>
      </p>
    </Plainly>
  )
}

function Plainly({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <main className="mx-auto flex max-w-md flex-col gap-3 px-4 py-24 text-base text-ink-2">
      <h1 className="text-xl font-semibold text-ink">{title}</h1>
      {children}
    </main>
  )
}
