/**
 * Takes Node's own environment variables out of its binary. Node has options against some of them
 * and none against most, and reads them before a line of ours runs: `NODE_REPL_EXTERNAL_MODULE` ends
 * the program, `NODE_CHANNEL_FD` aborts it, `NODE_V8_COVERAGE` and `NODE_COMPILE_CACHE` write files,
 * `NODE_EXTRA_CA_CERTS` changes whom it trusts, `OPENSSL_CONF` loads code. A service's user, or an
 * environment that another program was set up for, must not decide any of that.
 *
 * Each name is overwritten wherever it stands, with one of the same length: in the strings that
 * getenv(3) is called with, and in the JavaScript, snapshot and code cache that Node carries.
 */

/** What Node, V8, libuv and OpenSSL ask for, and no setting of ours has a use for. */
export const unheardVariables: readonly string[] = [
  'NODE_CHANNEL_FD',
  'NODE_CHANNEL_SERIALIZATION_MODE',
  'NODE_COMPILE_CACHE',
  'NODE_COMPILE_CACHE_PORTABLE',
  'NODE_DEBUG',
  'NODE_DEBUG_NATIVE',
  'NODE_DISABLE_COMPILE_CACHE',
  'NODE_EXTRA_CA_CERTS',
  'NODE_ICU_DATA',
  'NODE_NO_WARNINGS',
  'NODE_OPTIONS',
  'NODE_PATH',
  'NODE_PENDING_DEPRECATION',
  'NODE_PRESERVE_SYMLINKS',
  'NODE_PRESERVE_SYMLINKS_MAIN',
  'NODE_REDIRECT_WARNINGS',
  'NODE_REPL_EXTERNAL_MODULE',
  'NODE_REPL_HISTORY',
  'NODE_TEST_CONTEXT',
  'NODE_TLS_REJECT_UNAUTHORIZED',
  'NODE_UNIQUE_ID',
  'NODE_USE_ENV_PROXY',
  'NODE_USE_SYSTEM_CA',
  'NODE_V8_COVERAGE',
  'OPENSSL_CONF',
  'OPENSSL_CONF_INCLUDE',
  'OPENSSL_ENGINES',
  'OPENSSL_MODULES',
  'SSL_CERT_DIR',
  'SSL_CERT_FILE',
  'UV_THREADPOOL_SIZE',
  'UV_USE_IO_URING',
  'WATCH_REPORT_DEPENDENCIES',
];

/** libuv has no io_uring on other systems. */
const onLinuxAlone = new Set(['UV_USE_IO_URING']);

const nul = 0x00;
/** May begin a name in JavaScript, as which it stands in sources. */
const underscore = '_'.charCodeAt(0);

/** Changes `program` in place. Throws where a name is not in it: another Node may ask in other words. */
export function makeDeaf(program: Buffer, platform: NodeJS.Platform): void {
  for (const name of unheardVariables) {
    const isExpected = platform === 'linux' || !onLinuxAlone.has(name);
    if (overwrite(program, name) === 0 && isExpected) {
      throw new Error(`${name} does not stand in this Node; see build/deaf-node.ts`);
    }
  }
}

function overwrite(program: Buffer, name: string): number {
  let count = 0;
  for (let at = program.indexOf(name); at >= 0; at = program.indexOf(name, at + 1)) {
    const before = program[at - 1];
    const after = program[at + name.length];
    if (isOfName(before) || isOfName(after)) continue;
    // A string of C's becomes the empty one, which no variable is called.
    program[at] = before === nul && after === nul ? nul : underscore;
    count += 1;
  }
  return count;
}

function isOfName(byte: number | undefined): boolean {
  return byte !== undefined && /\w/.test(String.fromCharCode(byte));
}
