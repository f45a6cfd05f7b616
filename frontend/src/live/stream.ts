/** One line to the desk: what arrives on it, whether it is alive, and how it comes back. Knows nothing of pages. */

export const SILENT_AFTER = 15_000
const TRY_AGAIN = 3_000
export const EVENTS = [
  "heartbeat",
  "snapshot",
  "overview",
  "fund",
  "equity",
  "strategy",
  "allocations",
  "client",
  "sender",
  "signal",
  "gone",
  "resync",
  "closed",
] as const
export type EventName = (typeof EVENTS)[number]

export interface Source {
  readyState: number
  addEventListener(name: string, listener: (event: MessageEvent<string>) => void): void
  close(): void
  onerror: ((event: Event) => void) | null
}

export interface Listening {
  open: () => Source
  now: () => number
  hear: (event: EventName, body: unknown) => void
  state: (state: "connecting" | "open" | "lost") => void
}

/** Follows the stream until stopped; call *watch* every second. */
export class Stream {
  private source: Source | null = null
  private heardAt: number
  private closedAt: number | null = null
  private readonly with: Listening

  constructor(listening: Listening) {
    this.with = listening
    this.heardAt = listening.now()
    this.connect()
  }

  /** Say that it is lost after a silence, and try again where the browser itself gave up. */
  watch(): void {
    const now = this.with.now()
    if (now - this.heardAt > SILENT_AFTER) {
      this.with.state("lost")
      if (this.closedAt === null) this.closedAt = now
    }
    if (this.closedAt !== null && now - this.closedAt >= TRY_AGAIN) this.connect()
  }

  stop(): void {
    this.source?.close()
    this.source = null
    this.closedAt = null
  }

  private connect(): void {
    this.source?.close()
    this.closedAt = null
    const source = this.with.open()
    this.source = source
    for (const name of EVENTS) {
      source.addEventListener(name, (event) => {
        if (this.source === source) this.take(name, event.data)
      })
    }
    source.onerror = () => {
      if (this.source === source && source.readyState === 2) this.closedAt ??= this.with.now()
    }
  }

  private take(name: EventName, data: string): void {
    this.heardAt = this.with.now()
    if (name === "snapshot") this.with.state("open")
    if (name === "closed") this.stop()
    this.with.hear(name, JSON.parse(data))
  }
}
