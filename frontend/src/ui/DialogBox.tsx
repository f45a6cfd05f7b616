import { X } from "lucide-react"
import { Dialog as Radix } from "radix-ui"
import type { ReactNode } from "react"
import { IconButton } from "./Button"
import { cx } from "./cx"

export interface DialogProps {
  open: boolean
  onClose: () => void
  title: ReactNode
  about?: ReactNode
  children: ReactNode
  wide?: boolean
  /** Cannot be left without an answer. */
  firm?: boolean
}

/** What draws a dialog. Focus stays inside and goes back to where it came from. */
export function DialogBox({ open, onClose, title, about, children, wide, firm }: DialogProps) {
  return (
    <Radix.Root open={open} onOpenChange={(next) => !next && !firm && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-scrim" />
        <Radix.Content
          {...(about ? {} : { "aria-describedby": undefined })}
          className={cx(
            "fixed top-1/2 left-1/2 z-50 flex max-h-[92dvh] w-[calc(100vw-1.5rem)] -translate-x-1/2 -translate-y-1/2 flex-col overflow-y-auto rounded-md border border-line bg-panel p-5",
            wide ? "max-w-3xl" : "max-w-120",
          )}
        >
          <div className="flex items-start justify-between gap-3">
            <Radix.Title className="text-lg font-semibold">{title}</Radix.Title>
            {!firm && (
              <Radix.Close asChild>
                <IconButton label="Close" className="-mt-1 -mr-2">
                  <X aria-hidden className="size-4" />
                </IconButton>
              </Radix.Close>
            )}
          </div>
          {about && (
            <Radix.Description asChild>
              <div className="mt-1.5 text-base text-ink-2">{about}</div>
            </Radix.Description>
          )}
          <div className="mt-4">{children}</div>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
