// The processes that serve behind one port (instances.ts starts them), as one of them sees the others: a question goes to
// the process that started them all, which asks every one and sends the answers back. All messages are plain data.

/** What the starting process and a process it started say to each other. */
export type PeerMessage =
  | { readonly peers: 'ready' }
  /** To all; of those with one `keep` the last is told to processes that are started later. */
  | {
      readonly peers: 'ask';
      readonly id: number;
      readonly topic: string;
      readonly argument: unknown;
      readonly keep: string | undefined;
    }
  | { readonly peers: 'answered'; readonly id: number; readonly answers: readonly unknown[] }
  /** To one. */
  | { readonly peers: 'question'; readonly id: number; readonly topic: string; readonly argument: unknown }
  | { readonly peers: 'answer'; readonly id: number; readonly answer: unknown };

/** Set for a process that was started as one of several: `2/4`. */
export const instanceVariable = 'SEPET_INSTANCE';

export const isPeerMessage = (message: unknown): message is PeerMessage =>
  typeof message === 'object' && message !== null && 'peers' in message;

type Answerer = (argument: unknown) => unknown;

export interface Peers {
  /** How many serve together; 1 where this is the only one. */
  readonly count: number;
  /** Says that this process serves now. */
  ready(): void;
  /** Answers such questions of all, its own ones too, from now on. The answerer must not throw or reject. */
  answer(topic: string, answerer: Answerer): void;
  /**
   * Asks all, this process too; resolves to the answers in no order, without those of processes that ended meanwhile. Of
   * the questions with one `keep` the last is put to processes too that take the place of others later.
   */
  ask<Answer>(topic: string, argument?: unknown, keep?: string): Promise<Answer[]>;
}

/** A process by itself. */
function alone(): Peers {
  const answerers = new Map<string, Answerer>();
  return {
    count: 1,
    ready: () => {},
    answer: (topic, answerer) => void answerers.set(topic, answerer),
    ask: async <Answer>(topic: string, argument?: unknown) => [
      (await answerers.get(topic)?.(argument)) as Answer,
    ],
  };
}

/** One of several. It ends, as by SIGTERM, where the process that started it is gone. */
function together(count: number): Peers {
  const answerers = new Map<string, Answerer>();
  const asked = new Map<number, (answers: unknown[]) => void>();
  let asks = 0;
  const send = (message: PeerMessage): void => void process.send?.(message);
  process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  process.on('message', async (message) => {
    if (!isPeerMessage(message)) return;
    if (message.peers === 'answered') {
      asked.get(message.id)?.([...message.answers]);
      asked.delete(message.id);
    } else if (message.peers === 'question') {
      const { id, topic, argument } = message;
      send({ peers: 'answer', id, answer: await answerers.get(topic)?.(argument) });
    }
  });
  return {
    count,
    ready: () => send({ peers: 'ready' }),
    answer: (topic, answerer) => void answerers.set(topic, answerer),
    ask: <Answer>(topic: string, argument: unknown = null, keep?: string) =>
      new Promise<Answer[]>((resolve) => {
        const id = ++asks;
        asked.set(id, resolve as (answers: unknown[]) => void);
        send({ peers: 'ask', id, topic, argument, keep });
      }),
  };
}

/** Whether this process was started as one of several. */
export const isInstance = (): boolean => process.send !== undefined && instanceVariable in process.env;

/** This process among those that serve together; to be called once. */
export function joinPeers(): Peers {
  const [, count = ''] = (process.env[instanceVariable] ?? '').split('/');
  return isInstance() ? together(Number(count)) : alone();
}
