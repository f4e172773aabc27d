// Commands of an operator, carried out by every process behind the port.

import type { Peers } from '../pool/peers.ts';
import type { Command, CommandResult, Control } from './control.ts';

const topic = 'control';

/** What of a command a process has to be told that takes the place of another later: the last of each of these. */
function keptAs(command: Command): string | undefined {
  if (command.kind === 'set' || command.kind === 'drain') return command.kind;
  if (command.kind === 'put-policy' || command.kind === 'remove-policy') return `policy ${command.name}`;
  return undefined;
}

/** A control that has all do what it is asked for; it failed where one failed. */
export function relayed(own: Control, peers: Peers): Control {
  peers.answer(topic, (command) => own.apply(command as Command));
  return {
    apply: async (command) => {
      const results = await peers.ask<CommandResult>(topic, command, keptAs(command));
      return results.find(({ failure }) => failure !== undefined) ?? (results[0] as CommandResult);
    },
  };
}
