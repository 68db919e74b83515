/**
 * Whether a browser says that a page of another address is behind a request, be it that of another
 * port of this machine. Such a page can run the answer as a script or show it as a picture, and no
 * `Origin` comes with that. Programs say nothing, for a person who typed the address it is `none`.
 * @param site the header `Sec-Fetch-Site`
 */
export function ofForeignPage(site: string | undefined): boolean {
  return site !== undefined && site !== "none" && site !== "same-origin";
}
