import { queryOptions } from "@tanstack/react-query"
import { answered, api } from "@/api/client"
import { Failure } from "@/api/failure"
import type { Who } from "@/api/session"
import { acted } from "@/api/stepUp"

/** Whether this browser can have a passkey of this site: they belong to a name, never to an address of numbers. */
export function canHavePasskeys(): boolean {
  return "PublicKeyCredential" in globalThis && !/^[\d.]+$|:/.test(location.hostname)
}

/** Whether the login page offers passkeys: the desk has them, and this browser does. */
export const passkeysQuery = queryOptions({
  queryKey: ["sign-in ways"],
  staleTime: Number.POSITIVE_INFINITY,
  retry: false,
  queryFn: async () => canHavePasskeys() && (await answered(api.GET("/api/auth/ways"))).passkeys,
})

/** Sign in with a passkey: whichever of this site's the browser's owner picks. */
export async function enterByPasskey(): Promise<Who> {
  const asked = await answered(api.POST("/api/auth/passkey/challenge"))
  const { rawId, response } = await made<AuthenticatorAssertionResponse>(
    navigator.credentials.get({
      publicKey: { challenge: bytes(asked.challenge), rpId: asked.rp_id, userVerification: "required" },
    }),
  )
  const body = {
    credential_id: text(rawId),
    client_data: text(response.clientDataJSON),
    authenticator_data: text(response.authenticatorData),
    signature: text(response.signature),
    user_handle: response.userHandle ? text(response.userHandle) : null,
  }
  return answered(api.POST("/api/auth/passkey", { body }))
}

/** Make a passkey for whoever is signed in, and let the desk keep its public half. */
export async function addPasskey(name: string): Promise<void> {
  const asked = await acted(() => api.POST("/api/session/passkeys/challenge"))
  const { rawId, response } = await made<AuthenticatorAttestationResponse>(
    navigator.credentials.create({
      publicKey: {
        challenge: bytes(asked.challenge),
        rp: { id: asked.rp_id, name: asked.rp_name },
        user: { id: bytes(asked.user_id), name: asked.user_name, displayName: asked.user_name },
        pubKeyCredParams: asked.algorithms.map((alg) => ({ type: "public-key", alg })),
        excludeCredentials: asked.known.map((id) => ({ type: "public-key", id: bytes(id) })),
        authenticatorSelection: { residentKey: "required", userVerification: "required" },
        attestation: "none",
      },
    }),
  )
  const body = {
    name,
    credential_id: text(rawId),
    client_data: text(response.clientDataJSON),
    attestation: text(response.attestationObject),
  }
  await acted(() => api.POST("/api/session/passkeys", { body }))
}

async function made<R extends AuthenticatorResponse>(asked: Promise<Credential | null>) {
  try {
    const credential = await asked
    if (credential) return credential as PublicKeyCredential & { response: R }
  } catch (problem) {
    if (problem instanceof DOMException && problem.name === "InvalidStateError")
      throw new Failure(409, "This device has a passkey of yours already.")
  }
  throw new Failure(403, "No passkey was shown. Try again.")
}

/** Bytes travel as base64url without padding. */
export function bytes(base64url: string): Uint8Array<ArrayBuffer> {
  const binary = atob(base64url.replaceAll("-", "+").replaceAll("_", "/"))
  return Uint8Array.from(binary, (one) => one.charCodeAt(0))
}

export function text(buffer: ArrayBuffer): string {
  const binary = Array.from(new Uint8Array(buffer), (one) => String.fromCharCode(one)).join("")
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")
}
