import { expect, test } from '@jest/globals';
import { findPartition, parseDeviceName } from '../../../src/host/linux/root-device.ts';

const partitions = `major minor  #blocks  name

 179        0   31166976 mmcblk0
 179        2   30900224 mmcblk0p2
`;

test('the partition list names the device of a number', () => {
  expect(findPartition(partitions, '179:2')).toBe('mmcblk0p2');
  expect(findPartition(partitions, '8:2')).toBeUndefined();
});

test('a cut partition list gives no empty name', () => {
  expect(findPartition(' 179        2   309', '179:2')).toBeUndefined();
});

test('the uevent file names the device', () => {
  expect(parseDeviceName('MAJOR=8\nMINOR=1\nDEVNAME=sda1\nDEVTYPE=partition\n')).toBe('sda1');
  expect(parseDeviceName('MAJOR=8\n')).toBeUndefined();
});
