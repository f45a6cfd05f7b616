/** The mark and the name. */
export function Brand() {
  return (
    <span className="inline-flex items-center gap-2.5 text-base font-semibold">
      <svg
        aria-hidden
        viewBox="0 0 20 20"
        className="size-5"
        fill="none"
        stroke="currentColor"
        strokeWidth="2.2"
        strokeLinecap="round"
        strokeLinejoin="round"
      >
        <path d="M2 15l5-6 4 3.5L18 4" />
      </svg>
      Mathematricks
    </span>
  )
}
