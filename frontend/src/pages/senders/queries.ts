import { queryOptions } from "@tanstack/react-query"
import { answered, api, type Schemas } from "@/api/client"
import type { Mode } from "@/shell/mode"

export type SenderView = Schemas["SenderView"]
export type Agreement = Schemas["Agreement"]
export type AgreementLine = Schemas["AgreementLine"]
export type Statement = Schemas["Statement"]
export type Access = Schemas["SenderAccess"]
export type Issued = Schemas["IssuedSender"]
export type Payment = Schemas["Payment"]

/** What every sender of one mode sees. */
export const sendersQuery = (mode: Mode) =>
  queryOptions({
    queryKey: ["sender", "all", mode],
    queryFn: () =>
      answered(api.GET("/api/senders", { params: { query: { mode: mode === "LIVE" ? "live" : "paper" } } })),
  })

export const agreementsQuery = queryOptions({
  queryKey: ["agreements"],
  queryFn: () => answered(api.GET("/api/agreements")),
})

export const statementsQuery = (agreement_id: string) =>
  queryOptions({
    queryKey: ["agreements", agreement_id, "statements"],
    queryFn: () =>
      answered(api.GET("/api/agreements/{agreement_id}/statements", { params: { path: { agreement_id } } })),
  })

export const paymentsQuery = (agreement_id: string) =>
  queryOptions({
    queryKey: ["agreements", agreement_id, "payments"],
    queryFn: () =>
      answered(api.GET("/api/agreements/{agreement_id}/payments", { params: { path: { agreement_id } } })),
  })

export const accessesQuery = queryOptions({
  queryKey: ["senderAccess"],
  queryFn: () => answered(api.GET("/api/sender-credentials")),
})
