import { X } from "lucide-react"
import { Dialog } from "radix-ui"
import type { Who } from "@/api/session"
import { Brand } from "@/ui/Brand"
import { IconButton } from "@/ui/Button"
import { AccountMenu } from "./AccountMenu"
import { NavList } from "./Nav"

/** The navigation over the page. */
export function MobileMenu({ who, onClose }: { who: Who; onClose: () => void }) {
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-scrim" />
        <Dialog.Content
          aria-describedby={undefined}
          className="fixed inset-y-0 left-0 z-50 flex w-66 max-w-[85vw] flex-col border-r border-line bg-bg p-3"
        >
          <div className="flex items-center justify-between px-2 pb-4">
            <Dialog.Title>
              <Brand />
            </Dialog.Title>
            <Dialog.Close asChild>
              <IconButton label="Close the menu">
                <X aria-hidden className="size-4" />
              </IconButton>
            </Dialog.Close>
          </div>
          <NavList who={who} onGo={onClose} />
          <div className="mt-auto">
            <AccountMenu who={who} />
          </div>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
