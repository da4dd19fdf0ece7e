/**
 * The three requests of the published contract and the statuses that answer them. Every request is
 * a POST of one JSON object to the user's URL.
 *
 *   check_url        202 the server speaks this protocol
 *   check_system_id  200 the id is registered, 204 it is not
 *   send_stats       200 the report was received
 */
import { z } from 'zod';
import { statsSchema } from './stats.ts';

export const checkUrlRequestSchema = z.strictObject({ action: z.literal('check_url') });

export const checkSystemIdRequestSchema = z.strictObject({
  action: z.literal('check_system_id'),
  system_id: z.string(),
});

export const sendStatsRequestSchema = z.strictObject({
  action: z.literal('send_stats'),
  system_id: z.string(),
  url: z.string(),
  /** Seconds. */
  interval: z.int().positive(),
  /** Whole seconds since 1970, of the moment of collection. */
  epoch: z.int().nonnegative(),
  stats: statsSchema,
});

export const requestSchema = z.discriminatedUnion('action', [
  checkUrlRequestSchema,
  checkSystemIdRequestSchema,
  sendStatsRequestSchema,
]);

export type CheckUrlRequest = z.infer<typeof checkUrlRequestSchema>;
export type CheckSystemIdRequest = z.infer<typeof checkSystemIdRequestSchema>;
export type SendStatsRequest = z.infer<typeof sendStatsRequestSchema>;

export const statusUrlOk = 202;
export const statusRegistered = 200;
export const statusNotRegistered = 204;
export const statusReceived = 200;
