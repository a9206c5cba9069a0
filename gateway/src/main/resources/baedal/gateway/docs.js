'use strict';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];
const FOREIGN = {
  403: '다른 사람의 것이면 403 · data of another person: 403',
  404: '다른 사람의 것이면 404 · data of another person: 404',
  409: '다른 사람이 맡았으면 409 · taken by another person: 409',
  empty: '자기 것만 보입니다 · shows only your own data',
};

/** Creates an element with its children. A string becomes text, never HTML. */
function make(tag, className, ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children.filter((child) => child !== undefined && child !== null));
  return element;
}

function resolved(root, node) {
  let found = node;
  while (found && found.$ref) {
    const path = found.$ref.slice(2).split('/');
    found = path.reduce((at, key) => at?.[key.replaceAll('~1', '/').replaceAll('~0', '~')], root);
  }
  return found ?? {};
}

function limits(schema) {
  return [
    schema.format,
    schema.const !== undefined && `= ${JSON.stringify(schema.const)}`,
    schema.minimum !== undefined && `≥ ${schema.minimum}`,
    schema.exclusiveMinimum !== undefined && `> ${schema.exclusiveMinimum}`,
    schema.maximum !== undefined && `≤ ${schema.maximum}`,
    schema.minLength !== undefined && `${schema.minLength}+ 자 · chars`,
    schema.maxLength !== undefined && `${schema.maxLength} 자까지 · chars at most`,
    schema.minItems !== undefined && `${schema.minItems}+ 개 · items`,
    schema.maxItems !== undefined && `${schema.maxItems} 개까지 · items at most`,
    schema.pattern,
  ].filter(Boolean).join(', ');
}

function typeOf(root, schema) {
  const node = resolved(root, schema);
  if (node.enum) return node.enum.map((value) => String(value)).join(' | ');
  if (node.oneOf) return node.oneOf.map((choice) => typeOf(root, choice)).join(' | ');
  if (node.type === 'array') return `[${typeOf(root, node.items ?? {})}]`;
  return [node.type ?? 'any'].flat().join(' | ');
}

/** The object schema whose fields the page shows, also if it is in an array or in a choice; undefined if there is none. */
function fieldsOf(root, schema) {
  const node = resolved(root, schema);
  if (node.items) return fieldsOf(root, node.items);
  if (node.oneOf) return node.oneOf.map((choice) => fieldsOf(root, choice)).find(Boolean);
  return node.properties ? node : undefined;
}

function fieldList(root, schema, depth = 0) {
  const node = fieldsOf(root, schema);
  if (!node || depth > 6) return undefined;
  const items = Object.entries(node.properties).map(([name, property]) => {
    const target = resolved(root, property);
    return make('li', '',
      make('code', '', name),
      (node.required ?? []).includes(name) ? make('span', 'must', '*') : '',
      ' ', make('span', 'type', typeOf(root, property)),
      ' ', make('span', 'quiet', [limits(target), target.description].filter(Boolean).join(' — ')),
      fieldList(root, property, depth + 1));
  });
  return make('ul', 'fields', ...items);
}

function content(root, title, body) {
  const parts = Object.entries(body.content ?? {}).flatMap(([type, media]) => [
    make('p', 'quiet', type),
    media.schema && (fieldList(root, media.schema) ?? make('p', 'type', typeOf(root, media.schema))),
    media.example && make('pre', '', JSON.stringify(media.example, null, 2)),
  ]);
  return make('div', '', make('h4', '', title), ...parts);
}

function parameters(root, all) {
  const items = all.map((parameter) => resolved(root, parameter)).map((parameter) => make('li', '',
    make('code', '', parameter.name),
    parameter.required ? make('span', 'must', '*') : '',
    ' ', make('span', 'type', typeOf(root, parameter.schema)),
    ' ', make('span', 'quiet', [parameter.in, limits(resolved(root, parameter.schema)), parameter.description].filter(Boolean).join(' — '))));
  return items.length > 0 && make('div', '', make('h4', '', '매개변수 · Parameters'), make('ul', 'fields', ...items));
}

function entry(words, summary, ...parts) {
  const details = make('details', 'entry', make('summary', '', ...summary), make('div', '', ...parts.filter(Boolean)));
  details.dataset.words = words.toLowerCase();
  return details;
}

/** The paragraphs of an operation's contract, without the first one, in which the gateway says who may call. */
function descriptionOf(operation) {
  return (operation.description ?? '').split('\n\n').slice(1).map((text) => make('p', '', text));
}

function operation(root, path, method, item) {
  const details = item[method];
  const roles = details['x-roles'].map((role) => make('span', 'role', role));
  const responses = Object.entries(details.responses).map(([status, response]) => {
    const found = { ...resolved(root, response), ...response };
    return content(root, `${status} ${found.description ?? ''}`, found);
  });
  const body = details.requestBody && resolved(root, details.requestBody);
  return entry(`${method} ${path} ${details.operationId} ${details.summary ?? ''}`,
    [make('span', `method ${method}`, method.toUpperCase()), make('code', '', path), ' ', make('span', 'quiet', details.summary ?? details.operationId)],
    make('p', '', '누가 · Who: ', ...roles),
    ...descriptionOf(details),
    FOREIGN[details['x-foreign']] && make('p', 'quiet', FOREIGN[details['x-foreign']]),
    parameters(root, [...(item.parameters ?? []), ...(details.parameters ?? [])]),
    body && content(root, '본문 · Body', body),
    ...responses);
}

function group(section, id, title, description, entries) {
  const heading = make('h3', '', title);
  heading.id = id;
  section.append(make('div', 'group', heading, make('p', 'quiet', description ?? ''), ...entries));
  const link = make('a', '', title);
  link.href = `#${id}`;
  document.getElementById('contents').append(link);
}

function showRequests(api) {
  const section = document.getElementById('requests');
  api.tags.forEach((tag, index) => {
    const entries = Object.entries(api.paths).flatMap(([path, item]) => METHODS
      .filter((method) => item[method]?.tags.includes(tag.name))
      .map((method) => operation(api, path, method, item)));
    group(section, `requests-${index}`, tag.name, tag.description, entries);
  });
}

function showEvents(api) {
  const section = document.getElementById('events');
  section.append(make('p', 'quiet', api.info.description));
  Object.entries(api.channels).forEach(([name, channel]) => {
    const entries = Object.keys(channel.messages).map((type) => {
      const message = api.components.messages[type];
      const pointer = `#/channels/${name}/messages/${type}`;
      const consumers = Object.entries(api.operations)
        .filter(([, operation]) => operation.action === 'receive' && operation.messages.some((reference) => reference.$ref === pointer))
        .map(([key]) => make('span', 'role', key.split('.')[0]));
      return entry(`event ${type}`,
        [make('code', '', type)],
        make('p', '', '누가 받나 · Consumers: ', ...(consumers.length ? consumers : ['—'])),
        fieldList(api, message.payload));
    });
    group(section, `events-${name}`, `이벤트 · Events: ${name}`, `topic exchange ${channel.address}`, entries);
  });
}

function find(words) {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  document.querySelectorAll('.entry').forEach((one) => {
    one.hidden = !wanted.every((word) => one.dataset.words.includes(word));
  });
  document.querySelectorAll('.group').forEach((one) => {
    one.hidden = !one.querySelector('.entry:not([hidden])');
  });
}

async function read(path) {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
}

async function start() {
  try {
    const [requests, events] = await Promise.all([read('/openapi.json'), read('/asyncapi.json')]);
    showRequests(requests);
    showEvents(events);
    document.getElementById('find').addEventListener('input', (event) => find(event.target.value));
    if (location.hash) document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
  } catch (trouble) {
    document.getElementById('trouble').hidden = false;
    throw trouble;
  }
}

start();
