import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import {
  AppModule,
  configureApp,
  ConversationsModule,
  ServiceAdapter,
  StoreModule,
  TurnsModule,
} from 'conversation-store';

/** Stands for the adapter of Express, which is not installed. */
class OtherAdapter extends FastifyAdapter {
  override getType(): string {
    return 'express';
  }
}

type Start = (app: NestFastifyApplication) => unknown;

const listen: Start = (app) => app.listen(0, '127.0.0.1');

/** How the start of an application ends: `started`, or the error. */
async function outcome(
  module: Parameters<typeof NestFactory.create>[0],
  start: Start,
  adapter: FastifyAdapter,
): Promise<string> {
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, { logger: false });
  try {
    await start(app);
    return 'started';
  } catch (error) {
    return String(error);
  } finally {
    await app.close();
  }
}

async function contextOutcome(): Promise<string> {
  const context = await NestFactory.createApplicationContext(AppModule.forRoot(), {
    logger: false,
  });
  await context.close();
  const module = await Test.createTestingModule({ imports: [AppModule.forRoot()] }).compile();
  await module.init();
  await module.close();
  return 'started';
}

@Module({ imports: [StoreModule.forRoot(), ConversationsModule] })
class Conversations {}

@Module({ imports: [StoreModule.forRoot(), TurnsModule.forRoot()] })
class Turns {}

process.stdout.write(
  JSON.stringify({
    otherAdapter: await outcome(AppModule.forRoot(), listen, new OtherAdapter()),
    plainFastify: await outcome(AppModule.forRoot(), listen, new FastifyAdapter()),
    configuredOtherAdapter: await outcome(AppModule.forRoot(), configureApp, new OtherAdapter()),
    notConfigured: await outcome(AppModule.forRoot(), listen, new ServiceAdapter()),
    conversationsOnOtherAdapter: await outcome(Conversations, listen, new OtherAdapter()),
    turnsOnOtherAdapter: await outcome(Turns, listen, new OtherAdapter()),
    conversationsOnFastify: await outcome(Conversations, listen, new FastifyAdapter()),
    storeOnOtherAdapter: await outcome(StoreModule.forRoot(), listen, new OtherAdapter()),
    withoutServer: await contextOutcome(),
  }),
);
