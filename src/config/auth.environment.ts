import { IsIn, IsString, MinLength } from 'class-validator';
import { DEFAULT_CLAIMS, HMAC_ALGORITHMS, PUBLIC_KEY_ALGORITHMS } from '../auth/auth.options.js';
import { Optional } from '../validation/rules.js';
import { Address, GUID, List } from './variable-rules.js';

export class AuthEnvironment {
  @Optional()
  @MinLength(32, { message: 'must have 32 characters or more' })
  JWT_SECRET?: string;

  @Optional()
  @Address('https:', 'http:')
  JWT_JWKS_URI?: string;

  @List(isNamed, 'must be issuers, separated by commas')
  JWT_ISSUER: string[] = [];

  @List(isNamed, 'must be audiences, separated by commas')
  JWT_AUDIENCE: string[] = [];

  @Optional()
  @IsIn([...HMAC_ALGORITHMS, ...PUBLIC_KEY_ALGORITHMS])
  JWT_ALGORITHM?: (typeof HMAC_ALGORITHMS | typeof PUBLIC_KEY_ALGORITHMS)[number];

  @IsString()
  JWT_USER_CLAIM: string = DEFAULT_CLAIMS.user;

  @IsString()
  JWT_TENANT_CLAIM: string = DEFAULT_CLAIMS.tenant;

  @List((item) => GUID.test(item), 'must be the object ids of groups (GUIDs), separated by commas')
  JWT_SERVICE_GROUPS: string[] = [];
}

function isNamed(item: string): boolean {
  return item !== '';
}
