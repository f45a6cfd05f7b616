import { Page } from "@/shell/Page"
import { Passkeys } from "./Passkeys"
import { SecondFactor } from "./SecondFactor"
import { Sessions } from "./Sessions"

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
