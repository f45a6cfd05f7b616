import type { Schemas } from "@/api/client"
import { counted } from "@/format/words"
import { Confirm } from "@/ui/Confirm"
import { change, disable, enable, inviteAgain, resetSecondFactor, revokeSessions } from "./acts"
import type { UserLine } from "./queries"

export type Act = "invite" | "reset" | "factor" | "sessions" | "enable" | "disable"

interface Question {
  title: string
  about: string
  submit: string
  done: string
  word?: string
  danger?: boolean
  act: () => Promise<unknown>
}

interface AskProps {
  act: Act
  user: UserLine
  onInvited: (invited: Schemas["Invited"]) => void
  onClose: () => void
}

/** Asks before somebody is let in or put out, with what will happen. */
export function Ask({ act, user, onInvited, onClose }: AskProps) {
  return <Confirm {...questions[act](user, onInvited)} onClose={onClose} />
}

type Asked = (user: UserLine, onInvited: AskProps["onInvited"]) => Question

const questions: Record<Act, Asked> = {
  invite: ({ user_id, name }, onInvited) => ({
    title: `Invite ${name} to choose a password?`,
    about: "A link is shown to you, this once. Earlier invitations are void.",
    submit: "Invite",
    done: "Invited: hand the link over",
    act: async () => onInvited(await inviteAgain(user_id)),
  }),
  reset: ({ user_id, name, sessions }) => ({
    title: `Reset the second factor of ${name}?`,
    about: `For a lost device: authenticator, recovery codes and passkeys are forgotten and ${counted(sessions, "session")} ended. Be sure it is ${name} who asks.`,
    word: "RESET",
    danger: true,
    submit: "Reset",
    done: "Reset: it is set up anew at the next sign-in",
    act: () => resetSecondFactor(user_id),
  }),
  factor: ({ user_id, name, second_factor_required: asked }) => ({
    title: asked ? `Let ${name} in without a second factor?` : `Ask ${name} for a second factor?`,
    about: asked
      ? "A password alone will do from the next sign-in on."
      : "It is set up at the next sign-in; nothing else is served before.",
    ...(asked ? { word: "WEAKEN", danger: true } : {}),
    submit: asked ? "Stop asking" : "Ask",
    done: "Changed: it holds from the next sign-in on",
    act: () => change(user_id, { second_factor_required: !asked }),
  }),
  sessions: ({ user_id, name, sessions }) => ({
    title: `End every session of ${name}?`,
    about: `${counted(sessions, "session")} ended at once; signing in again stays possible.`,
    submit: "End sessions",
    done: "Ended: every browser is out",
    act: () => revokeSessions(user_id),
  }),
  enable: ({ user_id, name }) => ({
    title: `Let ${name} in again?`,
    about: "Password and second factor are as they were.",
    submit: "Let in",
    done: "Enabled: signing in works again",
    act: () => enable(user_id),
  }),
  disable: ({ user_id, name, sessions }) => ({
    title: `Disable ${name}?`,
    about: `${counted(sessions, "session")} ended at once and nobody signs in with this name until it is enabled again.`,
    danger: true,
    submit: "Disable",
    done: "Disabled: out, now",
    act: () => disable(user_id),
  }),
}
