import type { MetadataStorage } from 'class-validator';

type Rules = ReturnType<MetadataStorage['getTargetValidationMetadatas']>;

/**
 * class-validator looks for the rules of a class in all classes of the process, anew for each object that it validates:
 * this took 1.2 of the 2.9 µs for the body of an append. With this they are found once, until a decorator adds a rule.
 */
export function rememberRules(storage: MetadataStorage): void {
  let remembered = new WeakMap<object, Rules>();
  const find = storage.getTargetValidationMetadatas.bind(storage);
  const add = storage.addValidationMetadata.bind(storage);
  storage.getTargetValidationMetadatas = (target, schema, always, strictGroups, groups) => {
    // It takes `constructor` of any object for a class.
    if (typeof target !== 'function' || always || strictGroups || groups) {
      return find(target, schema, always, strictGroups, groups);
    }
    let rules = remembered.get(target);
    if (!rules) {
      rules = find(target, schema, always, strictGroups, groups);
      remembered.set(target, rules);
    }
    return rules;
  };
  storage.addValidationMetadata = (rule) => {
    remembered = new WeakMap();
    add(rule);
  };
}
