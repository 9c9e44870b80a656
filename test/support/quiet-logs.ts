import { Logger } from '@nestjs/common';

// A test that is about a log line puts its own logger in place.
Logger.overrideLogger(false);
