import type { Readable } from 'node:stream';
import { Inject, Injectable, Optional } from '@nestjs/common';
import { BoundedShares } from '../bounds/bounded-shares.js';
import type { Owner } from '../domain/owner.js';
import { CONVERSATIONS_OPTIONS } from './conversations-options.module.js';
import {
  DEFAULT_CONVERSATIONS_OPTIONS,
  type ConversationsOptions,
} from './conversations.options.js';

/** The exports that this process sends. Each may hold a batch of messages in memory. */
@Injectable()
export class ExportSlots {
  /** Each open export holds one. */
  readonly slots: BoundedShares;

  constructor(
    @Optional()
    @Inject(CONVERSATIONS_OPTIONS)
    { maxExports, ownerShare }: ConversationsOptions = DEFAULT_CONVERSATIONS_OPTIONS,
  ) {
    this.slots = new BoundedShares('exports', maxExports, ownerShare);
  }

  /** The exports that are open now. */
  get count(): number {
    return this.slots.count;
  }

  /**
   * Opens an export, which holds a slot until its stream closes.
   * @throws OverloadedError before `open` is called, and what `open` throws
   */
  async open(owner: Owner, open: () => Promise<Readable>): Promise<Readable> {
    const release = this.slots.acquire(owner);
    try {
      const stream = await open();
      return stream.once('close', release);
    } catch (error) {
      release();
      throw error;
    }
  }
}
