import { expect, test } from "vitest"
import { type EventName, SILENT_AFTER, type Source, Stream } from "./stream"

class Line implements Source {
  readyState = 1
  onerror: ((event: Event) => void) | null = null
  private readonly listeners = new Map<string, (event: MessageEvent<string>) => void>()

  addEventListener(name: string, listener: (event: MessageEvent<string>) => void): void {
    this.listeners.set(name, listener)
  }

  say(name: EventName, body: unknown = {}): void {
    this.listeners.get(name)?.(new MessageEvent(name, { data: JSON.stringify(body) }))
  }

  fail(): void {
    this.readyState = 2
    this.onerror?.(new Event("error"))
  }

  close(): void {
    this.readyState = 2
  }
}

function desk() {
  const lines: Line[] = []
  const states: string[] = []
  const heard: [EventName, unknown][] = []
  const clock = { now: 1_000_000 }
  const stream = new Stream({
    open: () => {
      const line = new Line()
      lines.push(line)
      return line
    },
    now: () => clock.now,
    hear: (event, body) => heard.push([event, body]),
    state: (state) => states.push(state),
  })
  const pass = (ms: number) => {
    clock.now += ms
    stream.watch()
  }
  return { lines, states, heard, pass, stream }
}

test("the line is open once everything there is was sent", () => {
  const { lines, states, heard } = desk()
  lines[0]?.say("overview", { mode: "PAPER" })
  expect(states).toEqual([])
  lines[0]?.say("snapshot", { at: "2026-11-21T08:00:00Z" })
  expect(states).toEqual(["open"])
  expect(heard[0]).toEqual(["overview", { mode: "PAPER" }])
})

test("a silence is said, and ended by another line", () => {
  const { lines, states, pass } = desk()
  lines[0]?.say("snapshot")
  pass(SILENT_AFTER)
  expect(states).toEqual(["open"])
  pass(1)
  expect(states.at(-1)).toBe("lost")
  pass(3_000)
  expect(lines).toHaveLength(2)
  lines[1]?.say("snapshot")
  expect(states.at(-1)).toBe("open")
})

test("heartbeats are no silence", () => {
  const { lines, states, pass } = desk()
  for (let beat = 0; beat < 20; beat++) {
    pass(5_000)
    lines[0]?.say("heartbeat", { at: "2026-11-21T08:00:00Z", build: "b" })
  }
  expect(states).not.toContain("lost")
  expect(lines).toHaveLength(1)
})

test("a line that the browser gave up is opened again after a pause", () => {
  const { lines, pass } = desk()
  lines[0]?.fail()
  pass(1_000)
  expect(lines).toHaveLength(1)
  pass(2_000)
  expect(lines).toHaveLength(2)
})

test("what an old line still says is not heard", () => {
  const { lines, heard, pass } = desk()
  lines[0]?.fail()
  pass(3_000)
  lines[0]?.say("overview", { mode: "LIVE" })
  expect(heard).toEqual([])
})

test("the end of the session ends the line for good", () => {
  const { lines, heard, pass } = desk()
  lines[0]?.say("closed")
  expect(heard.at(-1)?.[0]).toBe("closed")
  expect(lines[0]?.readyState).toBe(2)
  pass(1_000)
  expect(lines).toHaveLength(1)
})
