// Leaf categories of the demo shop, part two: fashion, sports, garden, children, beauty and pets.
// The columns are those of leaves-home.ts.

export const lifeLeaves = `
## Fashion
# Women: female
dresses | Dresses | dress | 1250 | fashion | Midi dress, Wrap dress, Linen dress, Knit dress | heels:4, handbags:4, necklaces:3 | season=summer
blouses | Blouses | tshirt | 690 | fashion | Silk blouse, Cotton blouse, Poplin shirt | skirts:5, womens-trousers:4, necklaces:2
skirts | Skirts | dress | 720 | fashion | Pleated skirt, Denim skirt, Midi skirt | blouses:5, tights:4, heels:2
womens-trousers | Trousers & jeans | trousers | 950 | denim | Straight jeans, Wide-leg trousers, Slim jeans | blouses:4, belts:3, sneakers:2
tights | Tights & socks | sock | 150 | fashion | Opaque tights, Ankle socks, Knee socks | skirts:4, ankle-boots:3 | season=winter
heels | Heels | heel | 1500 | fashion | Block-heel shoes, Slingback shoes, Court shoes | handbags:4, dresses:3, shoe-care:2
# Men: male
mens-shirts | Shirts | tshirt | 780 | fashion | Oxford shirt, Linen shirt, Flannel shirt | ties:4, chinos:4, belts:2
mens-tshirts | T-shirts | tshirt | 390 | fashion | Crew-neck T-shirt, Polo shirt, Henley T-shirt | chinos:3, mens-socks:3, sneakers:2 | season=summer
chinos | Trousers & chinos | trousers | 920 | natural | Slim chinos, Cargo trousers, Regular jeans | belts:5, mens-shirts:4, mens-socks:2
suits | Suits & blazers | jacket | 4900 | dark | Two-piece suit, Wool blazer, Linen blazer | mens-shirts:5, ties:5, dress-shoes:4
ties | Ties & pocket squares | tie | 340 | fashion | Silk tie, Knitted tie, Pocket square | mens-shirts:4, suits:2 | season=december
mens-socks | Socks | sock | 120 | dark | Dress socks, Sport socks, Wool socks | dress-shoes:3, mens-tshirts:3
dress-shoes | Dress shoes | shoe | 2600 | leather | Derby shoes, Loafers, Oxford shoes | shoe-care:5, mens-socks:3, belts:3
# Unisex
jackets | Jackets & coats | jacket | 2700 | dark | Down jacket, Parka, Raincoat, Wool coat | scarves:4, gloves:4, beanies:3 | gendered, season=winter
scarves | Scarves | scarf | 340 | fashion | Wool scarf, Silk scarf, Checked scarf | gloves:5, beanies:4 | season=winter
gloves | Gloves | mitt | 290 | dark | Leather gloves, Knitted gloves, Touchscreen gloves | scarves:4, beanies:4 | season=winter
beanies | Hats & beanies | beanie | 240 | fashion | Ribbed beanie, Bucket hat, Baseball cap | scarves:4, gloves:4 | season=winter
sneakers | Sneakers | shoe | 2300 | fashion | Leather sneakers, Canvas sneakers, Retro sneakers | shoe-care:4, sport-socks:4 | gendered
ankle-boots | Boots | boot | 2800 | leather | Chelsea boots, Ankle boots, Winter boots | shoe-care:5, tights | gendered, season=winter
sandals | Sandals | sandal | 990 | leather | Leather sandals, Slide sandals, Espadrilles | sun-hats:4, swimwear:2, beach-towels:2 | gendered, season=summer
slippers | Slippers | sandal | 420 | pastel | Felt slippers, House slippers, Fleece slippers | pyjamas:5, throws:2 | gendered, season=winter
pyjamas | Pyjamas | tshirt | 690 | pastel | Cotton pyjama set, Flannel pyjama set, Satin pyjama set | slippers:5, fitted-sheets:2 | gendered, season=december
shoe-care | Shoe care | tube | 150 | leather | Shoe polish, Suede brush, Protector spray | ankle-boots:4, dress-shoes:4, sneakers:2 | plain
# Bags & accessories
handbags | Handbags | handbag | 1900 | leather | Shoulder bag, Tote bag, Crossbody bag | wallets:5, scarves:2
wallets | Wallets | wallet | 640 | leather | Bifold wallet, Card holder, Zip purse | handbags:3, belts:4 | season=december
belts | Belts | belt | 460 | leather | Leather belt, Woven belt, Reversible belt | wallets:4, chinos:3
necklaces | Jewellery | ring | 780 | gold | Pendant necklace, Hoop earrings, Chain bracelet | dresses:2, handbags | season=december
sunglasses | Sunglasses | glasses | 1300 | tech | Round sunglasses, Aviator sunglasses, Sport sunglasses | glasses-cases:5, sun-hats:3, sun-creams:2 | gendered, season=summer
glasses-cases | Glasses cases & cloths | pouch | 160 | leather | Glasses case, Lens cloth, Glasses chain | sunglasses:5, sun-hats:2
suitcases | Suitcases | suitcase | 3400 | fashion | Cabin suitcase, Check-in suitcase, Duffel bag | packing-cubes:5, power-adapters:3 | sizes=S/M/L, season=summer
packing-cubes | Packing cubes | pouch | 360 | pastel | Packing cube set, Toiletry bag, Shoe bag | suitcases:3, power-adapters:2, sun-creams:2 | season=summer

## Sports & Outdoor
# Training
running-shoes | Running shoes | shoe | 2900 | bright | Running shoes, Trail running shoes, Racing shoes | sport-socks:5, running-shorts:4 | gendered
sport-socks | Sport socks | sock | 160 | bright | Running socks, Compression socks, Crew socks | running-shoes:4, running-shorts:2
running-shorts | Running wear | trousers | 590 | bright | Running shorts, Running tights, Training top | running-shoes:3, sport-socks:3, drinking-bottles | gendered
yoga-mats | Yoga mats | yogamat | 640 | pastel | Yoga mat, Pilates mat, Cork yoga mat | yoga-blocks:5, leggings:4, foam-rollers:3
yoga-blocks | Yoga blocks & straps | box | 190 | pastel | Yoga block, Yoga strap, Bolster | yoga-mats:5, foam-rollers:3
leggings | Leggings & tops | trousers | 620 | fashion | High-waist leggings, Sports bra, Yoga top | yoga-mats:3, sport-socks:3 | female
foam-rollers | Foam rollers & bands | yogamat | 340 | bright | Foam roller, Resistance band set, Massage ball | yoga-mats:4, dumbbells:3
dumbbells | Dumbbells & kettlebells | dumbbell | 980 | tech | Dumbbell pair, Kettlebell, Adjustable dumbbell | lifting-gloves:5, foam-rollers:3 | plain, sizes=4 kg/8 kg/12 kg
lifting-gloves | Lifting gloves & belts | mitt | 320 | tech | Lifting gloves, Lifting belt, Wrist wraps | dumbbells:4, protein:4
protein | Protein & snacks | jug | 890 | earth | Whey protein, Vegan protein, Protein bar box | lifting-gloves:2, dumbbells:3, drinking-bottles:3 | plain, habit
# Ball & racket
footballs | Footballs | ball | 690 | bright | Match football, Training football, Futsal ball | ball-pumps:5, shin-guards:4
ball-pumps | Ball pumps & nets | rod | 150 | tech | Ball pump, Ball net bag, Needle set | footballs:3, shin-guards:2 | plain
shin-guards | Shin guards & cones | mitt | 260 | bright | Shin guards, Training cones, Goalkeeper gloves | footballs:4, sport-socks:3
rackets | Rackets | racket | 1900 | bright | Tennis racket, Badminton racket set, Padel racket | racket-balls:5, sport-socks:2 | season=summer
racket-balls | Balls & shuttlecocks | ball | 180 | bright | Tennis ball can, Shuttlecock tube, Padel balls | rackets:4, sport-socks:2 | plain, season=summer
# Cycling
bicycles | Bicycles | bike | 16500 | bright | City bicycle, Mountain bicycle, Folding bicycle | helmets:5, bike-locks:5, bike-lights:4 | season=summer
helmets | Helmets | helmet | 1300 | bright | Cycling helmet, Kids' cycling helmet, Urban helmet | bike-lights:4, bicycles | season=summer
bike-locks | Bicycle locks | lock | 640 | tech | U-lock, Folding lock, Chain lock | bike-lights:5, bicycles:2 | plain, season=summer
bike-lights | Bicycle lights | torch | 420 | tech | Bicycle light set, Rear light, Front light | bike-locks:4, helmets:3 | plain
bike-tools | Bicycle tools | tool | 380 | tech | Multi-tool, Tyre repair kit, Floor pump | bicycles:4, bike-locks:2 | plain
# Camping
tents | Tents | tent | 4200 | nature | Two-person tent, Family tent, Trekking tent | sleeping-bags:5, sleeping-mats:5, head-torches:3 | season=summer
sleeping-bags | Sleeping bags | yogamat | 1500 | nature | Summer sleeping bag, Three-season sleeping bag, Mummy sleeping bag | sleeping-mats:5, tents:3 | season=summer
sleeping-mats | Sleeping mats | yogamat | 780 | nature | Inflatable sleeping mat, Foam sleeping mat | sleeping-bags:4, tents:3, head-torches:2 | season=summer
head-torches | Head torches & lanterns | torch | 440 | bright | Head torch, Camping lantern | camp-stoves:3, tents:2, batteries:5 | season=summer
batteries | Batteries | battery | 140 | none | AA batteries, AAA batteries, Rechargeable batteries | head-torches:3, remote-toys:4 | plain, habit
camp-stoves | Camp stoves | grill | 980 | nature | Gas camp stove, Camp cook set, Gas canister | tents:3, sleeping-bags:2 | plain, season=summer
hiking-backpacks | Hiking backpacks | backpack | 2100 | nature | Hiking backpack, Day pack, Trekking backpack | trekking-poles:4, hiking-boots:3 | season=summer
hiking-boots | Hiking boots | boot | 3200 | leather | Hiking boots, Approach shoes | hiking-backpacks:3, trekking-poles:4 | gendered
trekking-poles | Trekking poles | rod | 890 | bright | Trekking pole pair, Folding trekking poles | hiking-boots:3, hiking-backpacks:4 | season=summer
# Beach & water
swimwear | Swimwear | trousers | 690 | bright | Swim shorts, Swimsuit, Bikini set | beach-towels:5, sun-creams:3 | gendered, season=summer
beach-towels | Beach towels | duvet | 420 | bright | Beach towel, Beach peshtemal | swimwear:4, sun-creams:5 | season=summer
sun-hats | Sun hats | hat | 380 | natural | Straw hat, Wide-brim hat | sandals:3, sunglasses:3 | season=summer

## Garden & DIY
# Garden
garden-chairs | Garden furniture | chair | 2400 | nature | Folding garden chair, Deck chair, Bistro set | parasols:4, garden-cushions:5 | season=spring
garden-cushions | Garden cushions | pillow | 380 | nature | Outdoor cushion, Bench cushion | garden-chairs:5, parasols:3 | season=spring
parasols | Parasols | parasol | 2200 | nature | Parasol, Cantilever parasol, Parasol base | garden-chairs:5, garden-cushions:3 | season=summer
plant-pots | Plant pots | plant | 240 | earth | Terracotta pot, Self-watering pot, Hanging planter | potting-soils:5, seeds:3, house-plants:4 | season=spring
house-plants | House plants | plant | 390 | none | Monstera, Snake plant, Olive tree, Peace lily, Succulent trio | plant-pots:5, plant-foods:4, watering-cans:2 | plain, season=spring
seeds | Seeds & bulbs | packet | 60 | primary | Tomato seeds, Basil seeds, Tulip bulbs, Wildflower mix | potting-soils:4, plant-pots:3, garden-gloves:3 | plain, season=spring
potting-soils | Soils | sack | 190 | earth | Potting soil, Cactus soil, Compost | plant-pots:4, seeds:3, plant-foods:3 | plain, season=spring
plant-foods | Plant food | bottle | 160 | nature | Liquid plant food, Fertiliser sticks | house-plants:3, potting-soils:3 | plain, season=spring
watering-cans | Watering cans | wateringcan | 310 | nature | Watering can, Plant mister | house-plants:3, plant-foods:3 | season=spring
hoses | Hoses & sprinklers | hose | 890 | nature | Garden hose, Sprinkler, Hose reel | watering-cans:4, garden-gloves:3 | plain, season=summer
garden-gloves | Garden gloves | mitt | 140 | nature | Garden gloves, Thorn-proof gloves | secateurs:5, potting-soils:3 | season=spring
secateurs | Secateurs & shears | secateurs | 420 | nature | Secateurs, Hedge shears, Lopper | garden-gloves:5, potting-soils:2, seeds:2 | plain, season=spring
grills | Barbecues | grill | 5400 | tech | Charcoal barbecue, Gas barbecue, Table grill | charcoal:5, grill-tools:5 | plain, season=summer
charcoal | Charcoal & firelighters | sack | 210 | dark | Charcoal, Briquettes, Firelighters | grills, grill-tools:4 | plain, season=summer
grill-tools | Grill tools | spatula | 420 | metal | Grill tool set, Grill brush, Skewer set | grills:2, charcoal:5 | plain, season=summer
# DIY
drills | Power tools | drill | 3200 | bright | Cordless drill, Impact driver, Jigsaw, Orbital sander | drill-bits:5, tool-boxes:3 | plain
drill-bits | Drill bits & screws | tool | 260 | metal | Drill bit set, Screw assortment, Screwdriver bit set | drills:3, tool-boxes:3 | plain
hammers | Hand tools & sets | tool | 520 | bright | Claw hammer, Screwdriver set, Spanner set | tool-boxes:5, drill-bits:4 | plain
tool-boxes | Tool boxes | toolbox | 780 | bright | Tool box, Tool bag, Parts organiser | hammers:4, drills:2 | plain
paints | Paints | paintcan | 890 | pastel | Wall paint, Chalk paint, Wood varnish | paint-rollers:5, hammers:2 | sizes=1 l/2.5 l/10 l
paint-rollers | Rollers & brushes | brush | 180 | none | Paint roller set, Flat brush set, Paint tray | paints:4, hammers:2 | plain

## Baby & Toys
# Baby
nappies | Nappies | packet | 420 | pastel | Newborn nappies, Nappy pants, Overnight nappies | wipes:5, baby-creams:4 | plain, habit, sizes=2/3/4/5
wipes | Wipes | packet | 110 | pastel | Water wipes, Sensitive wipes | nappies:5, baby-creams:3 | plain, habit
baby-creams | Baby care | tube | 190 | pastel | Baby cream, Baby shampoo, Baby oil | wipes:4, nappies:4 | plain, habit
baby-bottles | Feeding | babybottle | 260 | pastel | Baby bottle, Bottle steriliser, Sippy cup | bibs:5, wipes:2
bibs | Bibs | bib | 140 | pastel | Cotton bib set, Silicone bib | baby-bottles:4, bodysuits:3 | kids
strollers | Strollers | stroller | 8900 | dark | City stroller, Travel stroller, Twin stroller | baby-blankets:4, baby-bottles:2
baby-blankets | Baby blankets | duvet | 390 | pastel | Muslin blanket, Knitted baby blanket, Sleep sack | bodysuits:4, strollers:2 | kids
bodysuits | Babywear | tshirt | 290 | pastel | Bodysuit set, Romper, Baby sleepsuit | baby-blankets:4, bibs:2 | kids
# Play
building-blocks | Building blocks | blocks | 690 | primary | Building block set, Magnetic tile set, Marble run | toy-boxes:4, play-mats:3 | plain, season=december
soft-toys | Soft toys | teddy | 380 | natural | Teddy bear, Plush rabbit, Plush fox | picture-books:5, baby-blankets:2 | season=december
picture-books | Picture books | book | 160 | primary | Picture book, Bedtime story book, Activity book | soft-toys:4, crayons:4 | plain, season=december
crayons | Drawing & craft | pen | 190 | primary | Crayon set, Finger paint, Modelling clay, Sticker set | picture-books:3, pencil-cases:3, puzzles:2 | plain, season=december
puzzles | Puzzles | puzzle | 280 | primary | Wooden puzzle, 500-piece puzzle, Floor puzzle | board-games:4, building-blocks:2, picture-books:2 | plain, season=december
board-games | Board games | box | 640 | primary | Family board game, Card game, Strategy game | puzzles:4, gift-wraps:3 | plain, season=december
remote-toys | Remote control toys | car | 980 | bright | Remote control car, Mini drone, Robot kit | batteries:5, toy-boxes:2 | season=december
toy-boxes | Toy storage | basket | 540 | pastel | Toy box, Toy basket, Book rack | building-blocks:4, play-mats:4
play-mats | Play mats | mat | 690 | pastel | Foam play mat, Play gym | toy-boxes:3, building-blocks:3, soft-toys:2
school-bags | School bags | backpack | 890 | bright | School bag, Trolley school bag, Nursery backpack | pencil-cases:5, lunch-boxes:4, drinking-bottles:3 | kids, season=school

## Beauty & Care
# Face
cleansers | Cleansers | pump | 320 | pastel | Gel cleanser, Micellar water, Cleansing oil | face-creams:5, toners:4 | plain, habit
toners | Toners & serums | dropper | 440 | pastel | Vitamin C serum, Hyaluronic serum, Rose toner | face-creams:5, cleansers:3 | plain, habit
face-creams | Face creams | jar | 520 | pastel | Day cream, Night cream, Eye cream | toners:4, cleansers:3, sun-creams:3 | plain, habit
sun-creams | Sun care | tube | 390 | bright | Sun cream SPF 50, Sun lotion SPF 30, After-sun gel | face-creams:2, beach-towels:4, lip-balms:4 | plain, season=summer
lip-balms | Lip care | lipstick | 90 | pastel | Lip balm, Lip scrub, Tinted lip balm | sun-creams:3, hand-creams:4 | plain, habit
# Make-up
lipsticks | Lipsticks | lipstick | 340 | lips | Matte lipstick, Satin lipstick, Liquid lipstick | mascaras:3, makeup-removers:2 | female
mascaras | Eyes | lipstick | 320 | dark | Mascara, Eyeliner, Brow gel, Eyeshadow palette | lipsticks:3, makeup-removers:4, makeup-brushes:3 | female
foundations | Face make-up | dropper | 490 | skin | Foundation, Concealer, Powder compact, Blush | makeup-brushes:5, mascaras:3, makeup-bags:2 | female
makeup-brushes | Brushes & sponges | brush | 280 | lips | Brush set, Blending sponge, Brush cleaner | foundations:5, makeup-bags:4
makeup-removers | Make-up removers | bottle | 210 | pastel | Make-up remover, Remover balm | mascaras:4, cleansers:3 | plain, habit
makeup-bags | Make-up bags & mirrors | pouch | 290 | pastel | Make-up bag, Travel mirror | makeup-brushes:5, lipsticks:2
# Hair & body
shampoos | Shampoos | bottle | 210 | pastel | Repair shampoo, Volume shampoo, Anti-dandruff shampoo | conditioners:5, hair-brushes:3 | plain, habit
conditioners | Conditioners | bottle | 220 | pastel | Conditioner, Leave-in conditioner | shampoos:5, hair-brushes:2 | plain, habit
hair-brushes | Brushes & combs | brush | 240 | natural | Paddle brush, Detangling brush, Wooden comb | hair-dryers:2, hair-clips:5
hair-dryers | Dryers & stylers | hairdryer | 2400 | pastel | Hair dryer, Hair straightener, Curling iron | hair-brushes:4, shampoos:2 | season=december
hair-clips | Hair accessories | bow | 90 | pastel | Hair clip set, Silk scrunchies, Headband | hair-brushes:5, hair-dryers:2, makeup-brushes | female
hand-soaps | Soaps & shower gels | pump | 140 | pastel | Hand soap, Shower gel, Olive oil soap | hand-creams:5, towels:3 | plain, habit
hand-creams | Hand care | tube | 130 | pastel | Hand cream, Nail oil, Hand mask | hand-soaps:4, lip-balms:4 | plain, habit, season=winter
perfumes | Perfumes | perfume | 1900 | pastel | Eau de parfum, Eau de toilette, Body mist | gift-wraps:5, hand-creams:2, ties | gendered, plain, season=december, sizes=30 ml/50 ml/100 ml
gift-wraps | Gift wrap & cards | gift | 90 | primary | Gift wrap, Gift bag set, Greeting card set | perfumes:2, candles:2, necklaces:2 | plain, season=december
razors | Shaving | brush | 420 | metal | Safety razor, Electric shaver, Beard trimmer | razor-blades:5, shaving-creams:5 | male
razor-blades | Razor blades | packet | 190 | none | Razor blades, Trimmer heads | shaving-creams:5, razors:2 | plain, habit, male
shaving-creams | Shaving creams & balms | tube | 180 | dark | Shaving cream, After-shave balm, Beard oil | razor-blades:5, razors:2 | plain, habit, male
toothbrushes | Dental care | brush | 320 | bright | Electric toothbrush, Bamboo toothbrush set, Toothbrush heads | toothpastes:5, hand-soaps:2 | habit
toothpastes | Toothpastes & floss | tube | 90 | bright | Whitening toothpaste, Dental floss, Mouthwash | toothbrushes:5, hand-soaps:3 | plain, habit

## Pets
# Dogs
dog-food | Dog food | sack | 690 | earth | Dry dog food, Puppy food, Wet dog food pack | dog-treats:5, pet-bowls:3 | plain, habit, sizes=2 kg/7 kg/12 kg
dog-treats | Dog treats | bone | 120 | earth | Dental sticks, Training treats, Beef chews | dog-food:4, dog-toys:5 | plain, habit
dog-toys | Dog toys | bone | 190 | bright | Rope toy, Squeaky toy, Fetch ball | dog-treats:5, dog-leads:3
dog-leads | Leads & harnesses | belt | 390 | bright | Dog harness, Dog lead, Dog collar | dog-toys:2, dog-beds:3
dog-beds | Dog beds | pillow | 980 | natural | Dog bed, Travel dog bed, Dog blanket | dog-toys:4, pet-bowls:4 | sizes=S/M/L
# Cats
cat-food | Cat food | sack | 520 | earth | Dry cat food, Kitten food, Wet cat food pack | cat-treats:5, cat-litter:5 | plain, habit, sizes=1.5 kg/4 kg/10 kg
cat-treats | Cat treats | pouch | 80 | earth | Creamy cat treats, Crunchy cat treats, Catnip | cat-food:4, cat-toys:5 | plain, habit
cat-litter | Cat litter | sack | 240 | none | Clumping litter, Silica litter, Wood pellet litter | cat-food:5, cat-treats:3 | plain, habit, sizes=5 l/10 l
cat-toys | Cat toys | fish | 140 | bright | Feather wand, Toy mouse set, Crinkle tunnel | cat-treats:5, cat-trees:2
cat-trees | Cat trees & scratchers | cattree | 2400 | natural | Cat tree, Scratching post, Window perch | cat-toys:5, cat-treats:2
# All pets
pet-bowls | Bowls & feeders | bowl | 260 | bright | Steel pet bowl, Slow feeder, Water fountain | dog-food:3, cat-food:3
aquariums | Aquariums | aquarium | 3400 | tech | Glass aquarium, Nano aquarium, Aquarium filter | fish-food:5, light-bulbs:2 | plain
fish-food | Fish food | jar | 110 | bright | Flake food, Pellet food | aquariums:2, cat-food | plain, habit
`;
