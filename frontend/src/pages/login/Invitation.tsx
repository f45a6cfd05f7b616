import { useQuery } from "@tanstack/react-query"
import { useState } from "react"
import { answered, api } from "@/api/client"
import { Failure } from "@/api/failure"
import { entered, type Who } from "@/api/session"
import { Skeleton, Trouble } from "@/ui/states"
import { Frame } from "./Frame"
import { PasswordForm } from "./PasswordForm"
import { Steps } from "./Steps"

/** Whoever holds an invitation chooses a password with it, once. */
export function Invitation({ token }: { token: string }) {
  const [who, setWho] = useState<Who | null>(null)
  const { data, error, refetch } = useQuery({
    queryKey: ["invitation", token],
    queryFn: () => answered(api.GET("/api/invitations/{token}", { params: { path: { token } } })),
  })
  const go = (next: Who) => (next.needs ? setWho(next) : location.assign("/"))
  if (who)
    return (
      <Steps
        who={who}
        onEntered={go}
        frame={(title, note, step) => (
          <Frame title={title} note={note}>
            {step}
          </Frame>
        )}
      />
    )
  if (error instanceof Failure && error.status === 404) {
    return (
      <Frame
        title="This invitation is over"
        note="It was used, replaced, or is too old. Ask whoever sent it for another."
      >
        <a className="text-sm underline" href="/login">
          Sign in
        </a>
      </Frame>
    )
  }
  return (
    <Frame
      title="Welcome"
      note={data ? `You sign in as ${data.name}. Choose your password.` : <Skeleton className="h-5 w-64" />}
    >
      <title>Invitation · Mathematricks</title>
      {error && <Trouble what="The invitation" failure={error} retry={() => void refetch()} />}
      {data && (
        <PasswordForm
          known={false}
          submit="Choose password"
          act={async ({ fresh }) =>
            go(
              entered(
                await answered(
                  api.POST("/api/invitations/{token}/accept", {
                    params: { path: { token } },
                    body: { password: fresh },
                  }),
                ),
              ),
            )
          }
        />
      )}
    </Frame>
  )
}
