import { setNonce } from "get-nonce"

/** Let the few styles that dialogs put into the page pass the strict policy: they show this answer's nonce. */
export function allowStyles(): void {
  const said = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce
  if (said) setNonce(said)
}
