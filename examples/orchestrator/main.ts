import { startService } from 'conversation-store';
import { ExampleModule } from './example.module.js';

await startService(ExampleModule);
