import { expect, test } from '@jest/globals';
import { rpmSpec, rpmVersion, type SpecOptions } from '../../../build/rpm-spec.ts';

const options: SpecOptions = {
  version: '1.2.3',
  compression: 'small',
  files: new Map([
    ['usr/bin/program', { content: '', mode: 0o755 }],
    ['usr/share/licenses/system-monitor/LICENSE', { content: '', mode: 0o644 }],
  ]),
  root: '/tmp/the 5% folder',
  scripts: {
    pre: '# before\nif true; then\n  date +%s\nfi\n',
    post: 'echo post\n',
    preun: 'echo preun\n',
    postun: 'echo postun\n',
  },
};

/** Lines from a section's heading to the next empty line. */
function section(name: string, spec = rpmSpec(options)): string {
  return spec.split(`\n%${name}\n`)[1]?.split('\n\n')[0]?.trimEnd() ?? '';
}

test('every file is listed with its mode, as root’s, and a licence is marked as one', () => {
  expect(section('files')).toBe(
    [
      '%dir %attr(0755, root, root) /usr/share/licenses/system-monitor',
      '%attr(0755, root, root) /usr/bin/program',
      '%license %attr(0644, root, root) /usr/share/licenses/system-monitor/LICENSE',
    ].join('\n'),
  );
});

test('scripts are taken over word by word: a percent sign in them is no macro', () => {
  expect(section('pre')).toBe('# before\nif true; then\n  date +%%s\nfi');
  expect(section('preun')).toBe('echo preun');
});

test('the folder of the files may have any name', () => {
  expect(section('install')).toContain("'/tmp/the 5%% folder' %{buildroot}");
});

test('a pre-release sorts before its release, and no version has a hyphen', () => {
  expect(rpmVersion('1.2.3')).toBe('1.2.3');
  expect(rpmVersion('1.2.3-rc.1')).toBe('1.2.3~rc.1');
  expect(rpmVersion('1.2.3-rc-1.2-x')).toBe('1.2.3~rc.1.2.x');
  expect(rpmSpec({ ...options, version: '2.0.0-rc.1' })).toContain('\nVersion: 2.0.0~rc.1\n');
});

test('a release is packed by xz, a trial by gzip, which takes a tenth of the time', () => {
  expect(rpmSpec(options)).toContain('%global _binary_payload w6.xzdio\n');
  const quick = rpmSpec({ ...options, compression: 'quick' });
  expect(quick).toContain('%global _binary_payload w1.gzdio\n');
});
