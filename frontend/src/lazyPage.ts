import { lazyRouteComponent } from "@tanstack/react-router"
import { type Mode, modeShown } from "./shell/mode"

/** Milliseconds that a page waits for its first answers; then it shows that they are on their way. */
const PATIENCE = 300

interface At {
  location: { search: { mode?: Mode | undefined } }
}

/** A page loaded when it is gone to, and drawn once: with what it says it asks `first`, where that is quick to come. */
export function lazyPage<
  Name extends string,
  Part extends Record<Name, () => React.ReactNode> & { first?: (mode: Mode) => Promise<unknown>[] },
>(load: () => Promise<Part>, name: Name) {
  return {
    component: lazyRouteComponent(load, name),
    loader: async ({ location }: At): Promise<void> => {
      const { first } = await load()
      const answers = Promise.all(first?.(modeShown(location.search.mode)) ?? [])
      await Promise.race([answers, new Promise((go) => setTimeout(go, PATIENCE))])
    },
    staleTime: Number.POSITIVE_INFINITY,
  }
}
