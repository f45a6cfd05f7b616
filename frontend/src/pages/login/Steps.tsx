import { lazy, type ReactNode, Suspense, useState } from "react"
import { answered, api } from "@/api/client"
import { entered, type Who } from "@/api/session"
import { CodeForm } from "./CodeForm"
import { LoginForm } from "./LoginForm"
import { PasskeyButton } from "./PasskeyButton"
import { PasswordForm } from "./PasswordForm"

const Enrol = lazy(() => import("./Enrol").then((part) => ({ default: part.Enrol })))

interface StepsProps {
  who: Who | null
  name?: string | undefined
  /** Whether a passkey may be shown instead. */
  passkeys?: boolean
  onEntered: (who: Who) => void
  frame: (title: string, note: string, step: ReactNode) => ReactNode
}

/** Every step from nobody to somebody who is in: password, code, another password, an authenticator. */
export function Steps({ who, name, passkeys, onEntered, frame }: StepsProps) {
  const [reached, setReached] = useState(who)
  const go = (next: Who) => (next.needs ? setReached(next) : onEntered(next))
  switch (reached?.needs) {
    case "code":
      return frame(
        "Second step",
        "Prove with your device that it is you.",
        <CodeForm path="/api/session/second-factor" onShown={go} submit="Continue" />,
      )
    case "password":
      return frame(
        "Choose a password",
        "The one you signed in with works once.",
        <PasswordForm known act={changeTo(go)} submit="Change password" />,
      )
    case "enrolment":
      return frame(
        "Protect your account",
        "Scan the code with an authenticator app. From now on signing in asks for a code of it.",
        <Suspense fallback={null}>
          <Enrol onEntered={go} />
        </Suspense>,
      )
    default:
      return frame(
        "Sign in",
        "Admins, clients and signal senders use the same page.",
        <>
          <LoginForm name={name} onEntered={go} />
          {passkeys && <PasskeyButton onEntered={go} />}
        </>,
      )
  }
}

function changeTo(go: (who: Who) => void) {
  return async ({ current, fresh }: { current: string; fresh: string }) =>
    go(entered(await answered(api.POST("/api/auth/password", { body: { current, new: fresh } }))))
}
