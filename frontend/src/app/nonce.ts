/** The nonce that the page's policy asks of every style element. */
export const nonce = document.querySelector<HTMLMetaElement>('meta[name=csp-nonce]')?.content;

/**
 * Gives every style element the nonce when it is made: antd takes one for its themes,
 * but forgets it where it locks the scrolling of the page and measures scrollbars.
 */
export function giveStylesTheNonce() {
  if (!nonce) return;
  const create = document.createElement.bind(document);
  document.createElement = ((name: string, options?: ElementCreationOptions) => {
    const made = create(name, options);
    if (made instanceof HTMLStyleElement) made.nonce = nonce;
    return made;
  }) as typeof document.createElement;
}
