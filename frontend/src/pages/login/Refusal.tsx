/** The desk's own words on why it said no. */
export function Refusal({ children }: { children: string | null }) {
  if (!children) return null
  return (
    <p role="alert" className="rounded bg-loss-soft px-3 py-2 text-sm text-loss">
      {children}
    </p>
  )
}
