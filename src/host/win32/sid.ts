/** Security identifiers: what Windows knows a user by. */
import { createNativeMemory } from '../native-memory.ts';

export interface Sid {
  readonly bytes: Uint8Array;
  /** `S-1-5-18` */
  readonly text: string;
}

/** SID_MAX_SUB_AUTHORITIES (winnt.h). */
const subAuthoritiesMax = 15;

/** Bytes of the largest SID (SECURITY_MAX_SID_SIZE, winnt.h). */
export const sidLengthMax = 8 + 4 * subAuthoritiesMax;

/**
 * The text of a SID, `S-1-5-18`, as ConvertSidToStringSidW writes it. Throws MALFORMED.
 * https://learn.microsoft.com/openspecs/windows_protocols/ms-dtyp/f992ad60-0fe4-4b87-9fed-beb478836861
 *
 *   0 UCHAR Revision 1   1 UCHAR SubAuthorityCount
 *   2 UCHAR[6] IdentifierAuthority, big-endian
 *   8 ULONG[] SubAuthority
 */
export function formatSid(bytes: Uint8Array): string {
  const memory = createNativeMemory('SID', bytes);
  const count = memory.uint8(1);
  const authority = Buffer.from(memory.bytes(2, 6)).readUIntBE(0, 6);
  const subAuthorities = Array.from({ length: count }, (_, index) => memory.uint32(8 + 4 * index));
  // An authority beyond 32 bits is written in hexadecimal (MS-DTYP, 2.4.2.1).
  const authorityText =
    authority < 2 ** 32 ? String(authority) : `0x${authority.toString(16).padStart(12, '0')}`;
  return ['S', memory.uint8(0), authorityText, ...subAuthorities].join('-');
}

/**
 * The SID that a TOKEN_USER points to. Throws MALFORMED.
 * https://learn.microsoft.com/windows/win32/api/winnt/ns-winnt-token_user
 *
 *   0 PSID User.Sid    8 DWORD User.Attributes    (the SID itself lies behind them)
 */
export function parseTokenUser(bytes: Uint8Array, address: bigint): Sid {
  const memory = createNativeMemory('TOKEN_USER', bytes, address);
  const at = memory.target(0) ?? memory.length;
  const sid = memory.bytes(at, 8 + 4 * memory.uint8(at + 1));
  return { bytes: sid, text: formatSid(sid) };
}
