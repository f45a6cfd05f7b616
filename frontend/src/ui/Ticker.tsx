/** An instrument's name; long ones, of options and spreads, leave room for the columns beside them. */
export function Ticker({ name }: { name: string }) {
  return (
    <span className="block max-w-24 truncate font-medium sm:max-w-64" title={name}>
      {name}
    </span>
  )
}
