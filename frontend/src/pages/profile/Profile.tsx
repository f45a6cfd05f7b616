import { queries } from "@/api/queries"
import { Page } from "@/shell/Page"
import { Passkeys } from "./Passkeys"
import { passkeysQuery, secondFactorQuery, sessionsQuery } from "./queries"
import { SecondFactor } from "./SecondFactor"
import { Sessions } from "./Sessions"

/** What the page asks at once. */
export const first = () => [
  queries.prefetchQuery(secondFactorQuery),
  queries.prefetchQuery(passkeysQuery),
  queries.prefetchQuery(sessionsQuery),
]

/** What belongs to whoever is signed in, and to nobody else. */
export function Profile() {
  return (
    <Page title="Profile">
      <SecondFactor />
      <Passkeys />
      <Sessions />
    </Page>
  )
}
