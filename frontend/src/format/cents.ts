/** Whether *text* is an amount above 0 in whole cents, as one types it. */
export function isCents(text: string): boolean {
  const typed = text.trim()
  return /^\d{1,13}(\.\d{1,2})?$/.test(typed) && /[1-9]/.test(typed)
}
