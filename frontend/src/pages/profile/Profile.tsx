import { Page } from "@/shell/Page"
import { Passkeys } from "./Passkeys"

/** What belongs to whoever is signed in, and to nobody else. */
export function Profile() {
  return (
    <Page title="Profile">
      <Passkeys />
    </Page>
  )
}
