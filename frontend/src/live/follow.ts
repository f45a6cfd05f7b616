import { queries } from "@/api/queries"
import { sessionQuery } from "@/api/session"
import { apply } from "./apply"
import { feedNow, setFeed } from "./feed"
import { type EventName, type Source, Stream } from "./stream"

const NAME = "mathematricks-live"
/** Milliseconds in which what arrives is shown together; the first is shown at once. */
const TOGETHER = 40
/** How long the stream waits for what the page itself asked for; then it comes anyway. */
const PATIENCE = 3000

/** Follow the desk's stream; one tab holds the line and tells the others. Returns how to stop. */
export function follow(): () => void {
  const channel = new BroadcastChannel(NAME)
  const end = new AbortController()
  let heardAt = Date.now()
  let build: string | null = null
  let leading = false
  const waiting = new Map<string, [EventName, unknown]>()
  let frame: ReturnType<typeof setTimeout> | null = null
  let shownAt = 0

  const flush = () => {
    frame = null
    shownAt = performance.now()
    const said = [...waiting.values()]
    waiting.clear()
    for (const [event, body] of said) apply(queries, event, body)
  }
  const hear = (event: EventName, body: unknown) => {
    heardAt = Date.now()
    if (event === "closed") void queries.invalidateQueries({ queryKey: sessionQuery.queryKey })
    if (event === "heartbeat") {
      const said = (body as { build: string }).build
      build ??= said
      if (said !== build) setFeed({ released: true })
    }
    if (feedNow().paused && event !== "heartbeat") return
    waiting.set(`${event} ${identity(body)}`, [event, body])
    frame ??= setTimeout(flush, Math.max(0, shownAt + TOGETHER - performance.now()))
  }

  channel.onmessage = ({ data }: MessageEvent<{ event: EventName; body: unknown }>) => {
    if (leading) return
    setFeed({ state: "open" })
    hear(data.event, data.body)
  }

  const lead = async () => {
    await pageHasItsOwn(end.signal)
    return new Promise<void>((over) => {
      if (end.signal.aborted) return over()
      leading = true
      const stream = new Stream({
        open: () => new EventSource("/api/stream") as unknown as Source,
        now: Date.now,
        state: (state) => setFeed({ state }),
        hear: (event, body) => {
          hear(event, body)
          channel.postMessage({ event, body })
        },
      })
      const watch = setInterval(() => stream.watch(), 1000)
      end.signal.addEventListener("abort", () => {
        clearInterval(watch)
        stream.stop()
        over()
      })
    })
  }

  const silence = setInterval(() => {
    if (!leading && Date.now() - heardAt > 15_000) setFeed({ state: "lost" })
  }, 1000)
  setFeed({ state: "connecting" })
  if (navigator.locks)
    void navigator.locks.request(NAME, { signal: end.signal }, lead).catch(() => undefined) // left before its turn
  else void lead()

  return () => {
    end.abort()
    clearInterval(silence)
    if (frame) clearTimeout(frame)
    channel.close()
    setFeed({ state: "polling" })
  }
}

/** The stream begins with every document there is: on a slow line it would hold up the few that the page draws. */
async function pageHasItsOwn(end: AbortSignal): Promise<void> {
  const until = Date.now() + PATIENCE
  do await new Promise((go) => setTimeout(go, 100))
  while (queries.isFetching() > 0 && Date.now() < until && !end.aborted)
}

function identity(body: unknown): string {
  const { mode, client_id, sender, strategy_id, signal_id } = body as Record<string, unknown>
  return [mode, client_id, sender, strategy_id, signal_id].join(" ")
}
