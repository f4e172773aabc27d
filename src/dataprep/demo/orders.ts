// The orders of the demo shop, day by day: returning customers, complements of what is in the basket,
// now and then a substitute or something unrelated, and a few returned lines.

import { type Random, WeightedChoice } from '../../base/random.ts';
import {
  clock,
  firstDay,
  isoDate,
  monthOf,
  ordersPerDay,
  seasonFactor,
  shopDays,
  timesOfDay,
} from './calendar.ts';
import type { Gender } from './parse.ts';
import { affinity, gendersAgree, type Relations } from './relations.ts';
import type { Product, Shop } from './shop.ts';

const basketSizes = [0.27, 0.27, 0.19, 0.12, 0.07, 0.04, 0.025, 0.015];
const ordersPerCustomer = 5;
const favourites = 3;
const productsCompared = 4;
const chance = {
  unrelated: 0.03,
  substitute: 0.03,
  fromAnchor: 0.85,
  planted: 0.45,
  loose: 0.1,
  habit: 0.25,
  favourite: 0.35,
  returned: 0.006,
  promotion: 0.12,
} as const;

interface Return {
  readonly row: number;
  readonly quantity: number;
  readonly price: string;
  readonly customer: number;
}

export interface DayOfOrders {
  /** CSV lines: order_id,time,product_id,quantity,price,customer_id. */
  readonly csv: string;
  readonly orders: number;
  readonly lines: number;
  readonly returns: number;
}

/** Yields the shop's days in order. */
export class OrderBook {
  readonly customers: number;
  private readonly random: Random;
  private readonly shop: Shop;
  private readonly relations: Relations;
  private readonly perDay: Uint32Array;
  private readonly sizes = new WeightedChoice(basketSizes);
  private readonly leavesOfMonth: readonly WeightedChoice[];
  private readonly customerChoice: WeightedChoice;
  private readonly favouriteLeaves: Uint32Array;
  private readonly habit: Int32Array;
  private readonly returnsOnDay: Return[][] = Array.from({ length: shopDays }, () => []);
  private orderNumber = 1_000_000;
  private returnNumber = 1_000_000;

  constructor(random: Random, shop: Shop, relations: Relations, orders: number) {
    this.random = random;
    this.shop = shop;
    this.relations = relations;
    this.perDay = ordersPerDay(random, orders);
    this.customers = Math.max(1, Math.round(orders / ordersPerCustomer));
    const demand = shop.leaves.map((leaf, number) => {
      const taste = Math.exp(0.45 * random.normal()) * (leaf.price / 400) ** -0.25 * (leaf.habit ? 1.5 : 1);
      return shop.rowsOfLeaf[number]?.length === 0 ? 0 : taste;
    });
    this.leavesOfMonth = Array.from({ length: 12 }, (_, month) => {
      return new WeightedChoice(
        shop.leaves.map((leaf, i) => (demand[i] ?? 0) * seasonFactor(leaf.season, month)),
      );
    });
    const anyMonth = new WeightedChoice(demand);
    this.customerChoice = new WeightedChoice(
      Float64Array.from({ length: this.customers }, () => Math.exp(random.normal())),
    );
    this.favouriteLeaves = Uint32Array.from({ length: this.customers * favourites }, () =>
      anyMonth.draw(random),
    );
    this.habit = new Int32Array(this.customers).fill(-1);
  }

  *days(): Generator<DayOfOrders> {
    for (let day = 0; day < shopDays; day++) yield this.day(day);
  }

  private day(index: number): DayOfOrders {
    const day = firstDay + index;
    const date = isoDate(day);
    const month = monthOf(day);
    const orders = this.perDay[index] as number;
    const returns = this.returnsOnDay[index] as Return[];
    const times = timesOfDay(this.random, orders + returns.length);
    const every = returns.length === 0 ? Number.POSITIVE_INFINITY : Math.floor(times.length / returns.length);
    const csv: string[] = [];
    let lines = 0;
    let given = 0;
    times.forEach((second, i) => {
      const time = `${date} ${clock(second)}`;
      const back = i % every === every - 1 ? returns[given] : undefined;
      if (back === undefined) {
        lines += this.order(csv, time, day, month);
        return;
      }
      given++;
      csv.push(this.line(`R${this.returnNumber++}`, time, back));
    });
    return { csv: csv.join(''), orders: times.length - given, lines: lines + given, returns: given };
  }

  private line(order: string, time: string, { row, quantity, price, customer }: Return): string {
    return `${order},${time},${this.product(row).id},${quantity},${price},C${10_000 + customer}\n`;
  }

  private order(csv: string[], time: string, day: number, month: number): number {
    const customer = this.customerChoice.draw(this.random);
    const basket = this.basket(customer, day, month);
    const id = `O${this.orderNumber++}`;
    for (const row of basket) {
      const line = { row, quantity: this.quantity(row), price: this.price(row), customer };
      csv.push(this.line(id, time, line));
      if (this.random.chance(chance.returned)) {
        const on = day - firstDay + 3 + this.random.below(12);
        this.returnsOnDay[on]?.push({ ...line, quantity: -line.quantity });
      }
    }
    return basket.length;
  }

  private basket(customer: number, day: number, month: number): number[] {
    const wanted = this.sizes.draw(this.random) + 1;
    const anchor = this.anchor(customer, day, month);
    const basket = [anchor];
    for (let tries = 4 * wanted; basket.length < wanted && tries > 0; tries--) {
      const row = this.companion(basket, day, month);
      if (row !== undefined && !basket.includes(row)) basket.push(row);
    }
    return basket;
  }

  /** Nobody takes two of a kind by plan, and seldom what does not go with the rest of the basket. */
  private fits(row: number, basket: readonly number[]): boolean {
    const { leaf } = this.product(row);
    const complements = this.shop.leaves[leaf]?.complements ?? [];
    let strangers = 0;
    for (const other of basket) {
      const otherLeaf = this.product(other).leaf;
      if (otherLeaf === leaf) return false;
      if (!complements.some((complement) => complement.leaf === otherLeaf)) strangers++;
    }
    return strangers === 0 || this.random.chance(chance.loose);
  }

  /** What the customer came for. */
  private anchor(customer: number, day: number, month: number): number {
    const habit = this.habit[customer] as number;
    if (habit >= 0 && this.random.chance(chance.habit)) return habit;
    for (;;) {
      const leaf = this.random.chance(chance.favourite)
        ? (this.favouriteLeaves[customer * favourites + this.random.below(favourites)] as number)
        : (this.leavesOfMonth[month] as WeightedChoice).draw(this.random);
      const row = this.fromLeaf(leaf, day);
      if (row === undefined) continue;
      if (this.shop.leaves[leaf]?.habit) this.habit[customer] = row;
      return row;
    }
  }

  /** One more product for the basket, if the draw finds one that is on sale. */
  private companion(basket: readonly number[], day: number, month: number): number | undefined {
    const kind = this.random.float();
    const anchor = basket[0] as number;
    if (kind < chance.unrelated) {
      return this.fromLeaf((this.leavesOfMonth[month] as WeightedChoice).draw(this.random), day);
    }
    if (kind < chance.unrelated + chance.substitute) {
      const { leaf, gender } = this.product(anchor);
      return this.fromLeaf(leaf, day, gender);
    }
    const row = this.complement(
      this.random.chance(chance.fromAnchor) ? anchor : this.random.pick(basket),
      day,
    );
    return row !== undefined && this.fits(row, basket) ? row : undefined;
  }

  private complement(row: number, day: number): number | undefined {
    const { leaf } = this.product(row);
    const { offsets, rows, cumulative } = this.relations;
    const begin = offsets[row] as number;
    const end = offsets[row + 1] as number;
    if (begin === end) return undefined;
    const draw = this.random.float();
    if (this.random.chance(chance.planted)) {
      let i = begin;
      while (i < end - 1 && (cumulative[i] as number) < draw) i++;
      const found = rows[i] as number;
      return this.product(found).released <= day ? found : undefined;
    }
    const complements = this.shop.leaves[leaf]?.complements ?? [];
    let left = draw * complements.reduce((sum, { strength }) => sum + strength, 0);
    for (const complement of complements) {
      left -= complement.strength;
      if (left <= 0) return this.liked(row, complement.leaf, day);
    }
    return undefined;
  }

  /** Of a few products of the leaf the one that suits `row` best. */
  private liked(row: number, leaf: number, day: number): number | undefined {
    const wish = this.product(row);
    let best: number | undefined;
    let bestAffinity = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < productsCompared; i++) {
      const found = this.fromLeaf(leaf, day, wish.gender);
      if (found === undefined) continue;
      const liking = affinity(wish, this.product(found));
      if (liking > bestAffinity) [best, bestAffinity] = [found, liking];
    }
    return best;
  }

  /** A product of the leaf by popularity, on sale that day and fit for the gender; undefined after a few misses. */
  private fromLeaf(leaf: number, day: number, gender?: Gender): number | undefined {
    const choice = this.shop.choiceOfLeaf[leaf];
    if (choice === undefined) return undefined;
    for (let tries = 0; tries < 4; tries++) {
      const row = this.shop.rowsOfLeaf[leaf]?.[choice.draw(this.random)] as number;
      const product = this.product(row);
      if (product.released <= day && gendersAgree(gender, product.gender)) return row;
    }
    return undefined;
  }

  private quantity(row: number): number {
    const habit = this.shop.leaves[this.product(row).leaf]?.habit === true;
    return this.random.chance(habit ? 0.4 : 0.08) ? 2 + this.random.below(habit ? 3 : 1) : 1;
  }

  private price(row: number): string {
    const { priceMinor } = this.product(row);
    const paid = this.random.chance(chance.promotion) ? Math.round(priceMinor * 0.9) : priceMinor;
    return (paid / 100).toFixed(2);
  }

  private product(row: number): Product {
    return this.shop.products[row] as Product;
  }
}
