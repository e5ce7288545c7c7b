/**
 * Whether what is sent to a host stays on this machine.
 * @param hostname as `URL` writes it: numbers of IPv4 in full, IPv6 in brackets and shortened.
 */
export function isLoopbackHost(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname)
}
