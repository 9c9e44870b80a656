import { Matches } from 'class-validator';
import { Optional } from '../validation/rules.js';
import { GUID } from './variable-rules.js';

export class AzureEnvironment {
  @Optional()
  @Matches(GUID, { message: 'must be the client id of an identity: a GUID' })
  AZURE_CLIENT_ID?: string;
}
