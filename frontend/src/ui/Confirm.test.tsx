// @vitest-environment jsdom
import { render, screen } from "@testing-library/react"
import userEvent from "@testing-library/user-event"
import { expect, test } from "vitest"
import { Failure } from "@/api/failure"
import { Confirm } from "./Confirm"
import { Toasts } from "./toast"

async function asked(act: (key: string) => Promise<unknown>, done = "Done") {
  const closed: string[] = []
  render(
    <>
      <Confirm
        title="Approve?"
        about="It holds at once."
        word="APPROVE"
        submit="Approve"
        done={done}
        act={act}
        onClose={() => closed.push("closed")}
      />
      <Toasts />
    </>,
  )
  return {
    closed,
    button: await screen.findByRole("button", { name: "Approve" }),
    word: screen.getByLabelText("Type APPROVE to continue"),
  }
}

test("nothing can be sent before the word is typed", async () => {
  const sent: string[] = []
  const { button, word } = await asked(async (key) => sent.push(key))
  expect(button).toBeDisabled()
  await userEvent.type(word, "APPROV{Enter}")
  expect(sent).toEqual([])
  await userEvent.type(word, "E")
  expect(button).toBeEnabled()
})

test("two presses and an Enter are one key", async () => {
  const sent: string[] = []
  let refuse = true
  const { button, word, closed } = await asked(async (key) => {
    sent.push(key)
    if (refuse) throw new Failure(503, "The desk is busy")
  })
  await userEvent.type(word, "APPROVE{Enter}")
  expect(await screen.findByRole("alert")).toHaveTextContent("The desk is busy")
  expect(closed).toEqual([])
  refuse = false
  await userEvent.click(button)
  expect(new Set(sent).size).toBe(1)
  expect(closed).toEqual(["closed"])
})

test("success is said when the desk said so, and not before", async () => {
  let answer: () => void = () => undefined
  const { word, closed } = await asked(() => new Promise<void>((done) => (answer = done)), "Approved at last")
  await userEvent.type(word, "APPROVE{Enter}")
  expect(screen.queryByText("Approved at last")).toBeNull()
  expect(closed).toEqual([])
  answer()
  expect(await screen.findByText("Approved at last")).toBeInTheDocument()
})
