/** What Node, OpenSSL and libuv ask the environment for does nothing to the executable. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from '@jest/globals';
import { unheardVariables } from '../../build/deaf-node.ts';
import { createAuthority, pemOf, withOpenssl } from '../support/certificates.ts';
import { builtExecutable, runProgram } from '../support/program.ts';
import { exampleSystemId } from '../support/report.ts';
import { onPlatform, testWith, withProgram } from '../support/requirement.ts';
import { startReceiver } from '../support/scripted-receiver.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const built = [builtExecutable()];
const words = ['--version', '--verbose'];

/** In `folder`, where whatever one of these makes or loads would show. */
function harmful(folder: string): Readonly<Record<string, string>> {
  const script = join(folder, 'script.cjs');
  return {
    NODE_CHANNEL_FD: '3',
    NODE_CHANNEL_SERIALIZATION_MODE: 'advanced',
    NODE_COMPILE_CACHE: join(folder, 'compile-cache'),
    NODE_COMPILE_CACHE_PORTABLE: '1',
    NODE_DEBUG: 'fs,http,module,net,tls,timer,stream,child_process',
    NODE_DEBUG_NATIVE: 'CODE_CACHE,COMPILE_CACHE,MKSNAPSHOT,SEA,INSPECTOR_PROFILER',
    NODE_DISABLE_COMPILE_CACHE: '1',
    NODE_EXTRA_CA_CERTS: join(folder, 'no-such.pem'),
    NODE_ICU_DATA: folder,
    NODE_NO_WARNINGS: '1',
    NODE_OPTIONS: `--require ${script} --inspect=0 --cpu-prof`,
    NODE_PATH: folder,
    NODE_PENDING_DEPRECATION: '1',
    NODE_PRESERVE_SYMLINKS: '1',
    NODE_PRESERVE_SYMLINKS_MAIN: '1',
    NODE_REDIRECT_WARNINGS: join(folder, 'warnings'),
    NODE_REPL_EXTERNAL_MODULE: script,
    NODE_REPL_HISTORY: join(folder, 'history'),
    NODE_TEST_CONTEXT: 'child-v8',
    NODE_TLS_REJECT_UNAUTHORIZED: '0',
    NODE_UNIQUE_ID: '1',
    NODE_USE_ENV_PROXY: '1',
    NODE_USE_SYSTEM_CA: '1',
    NODE_V8_COVERAGE: join(folder, 'coverage'),
    OPENSSL_CONF: join(folder, 'openssl.cnf'),
    OPENSSL_CONF_INCLUDE: folder,
    OPENSSL_ENGINES: folder,
    OPENSSL_MODULES: folder,
    SSL_CERT_DIR: folder,
    SSL_CERT_FILE: join(folder, 'no-such.pem'),
    SSLKEYLOGFILE: join(folder, 'keys'),
    UV_THREADPOOL_SIZE: '0',
    UV_USE_IO_URING: '1',
    WATCH_REPORT_DEPENDENCIES: '1',
  };
}

function createTrap(): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'script.cjs'), `require('node:fs').writeFileSync('ran', '');`);
  writeFileSync(join(folder, 'openssl.cnf'), 'this is [no configuration\n');
  return folder;
}

testWith(built, 'each is tried that the build takes out', () => {
  expect(Object.keys(harmful('/'))).toEqual(expect.arrayContaining([...unheardVariables]));
});

describe('changes nothing that is printed, and makes no file', () => {
  for (const [name, value] of Object.entries(harmful('FOLDER'))) {
    testWith(built, name, async () => {
      const folder = createTrap();
      const before = readdirSync(folder);
      const plain = await runProgram(words, { folder });
      const environment = { [name]: value.replaceAll('FOLDER', folder) };
      expect(await runProgram(words, { folder, environment })).toEqual(plain);
      expect(await runProgram(['memory', '--json'], { folder, environment })).toMatchObject({
        ...{ code: 0, stderr: '' },
      });
      expect(readdirSync(folder)).toEqual(before);
    });
  }
});

describe('does not change whom it trusts', () => {
  const trusting: readonly ((ca: string, folder: string) => Record<string, string>)[] = [
    () => ({ NODE_TLS_REJECT_UNAUTHORIZED: '0' }),
    (ca) => ({ NODE_EXTRA_CA_CERTS: ca }),
    (ca, folder) => ({ SSL_CERT_FILE: ca, SSL_CERT_DIR: folder, NODE_USE_SYSTEM_CA: '1' }),
    (ca) => ({ SSL_CERT_FILE: ca, NODE_OPTIONS: '--use-openssl-ca' }),
  ];
  for (const set of trusting) {
    testWith([...built, withOpenssl()], Object.keys(set('', '')).join(', '), async () => {
      const authority = createAuthority();
      const server = authority.sign('server', { names: 'IP:127.0.0.1' });
      const receiver = await startReceiver({ tls: pemOf(server) });
      const folder = createTrap();
      writeFileSync(
        join(folder, 'config.json'),
        JSON.stringify({ url: receiver.url, system_id: exampleSystemId }),
      );
      for (const word of ['check', 'doctor']) {
        const environment = set(authority.certificateFile, folder);
        const { code, stdout, stderr } = await runProgram([word], { folder, environment });
        expect({ code, stderr }).toEqual({ code: 69, stderr: '' });
        expect(stdout).toMatch(/certificate/i);
      }
      await receiver.stop();
      expect(receiver.requests).toEqual([]);
    });
  }
});

testWith(
  [...built, onPlatform('linux'), withProgram('cc', '--version')],
  'no configuration of OpenSSL loads code into it',
  async () => {
    const folder = temporaryFolder();
    const marker = join(folder, 'ran');
    const source = join(folder, 'evil.c');
    const library = join(folder, 'evil.so');
    writeFileSync(
      source,
      `#include <stdio.h>\n__attribute__((constructor)) static void run(void) { FILE *f = fopen("${marker}", "w"); if (f) fclose(f); }\n`,
    );
    execFileSync('cc', ['-shared', '-fPIC', '-o', library, source]);
    const configuration = join(folder, 'openssl.cnf');
    writeFileSync(
      configuration,
      `nodejs_conf = init\nopenssl_conf = init\n[init]\nproviders = list\n[list]\nevil = evil\n[evil]\nmodule = ${library}\nactivate = 1\n`,
    );
    const environment = {
      ...{ OPENSSL_CONF: configuration, OPENSSL_CONF_INCLUDE: folder },
      ...{ OPENSSL_MODULES: folder, OPENSSL_ENGINES: folder },
    };
    for (const word of ['generate_system_id', 'check']) {
      await runProgram([word], { folder, environment });
    }
    expect(readdirSync(folder)).not.toContain('ran');
    // Node itself runs it, or this test would prove nothing.
    spawnSync(process.execPath, ['-e', 'require("node:crypto").createHash("sha256")'], {
      env: environment,
      stdio: 'ignore',
    });
    expect(readdirSync(folder)).toContain('ran');
  },
);
