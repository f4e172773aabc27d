// Leaf categories of the demo shop, part one: electronics, office, home and kitchen.
// One line a leaf: id | name | drawing | typical price in lira | palette | kinds of product |
// goes with (leaf:strength, 1 where none is given) | tags. parse.ts reads it; docs/demo.md explains it.

export const homeLeaves = `
## Electronics
# Computers
laptops | Laptops | laptop | 32000 | metal | 14-inch laptop, 16-inch laptop, Gaming laptop, 2-in-1 laptop | mice:4, laptop-sleeves:4, usb-hubs:3, power-adapters:3 | sizes=256 GB/512 GB/1 TB
monitors | Monitors | screen | 8900 | tech | 24-inch monitor, 27-inch monitor, Ultrawide monitor | monitor-arms:4, display-cables:4, webcams:2, keyboards:2 | plain
printers | Printers | printer | 5200 | tech | Laser printer, Ink tank printer, Photo printer | ink-cartridges:5, printer-paper:4, display-cables | plain
storage-drives | Storage drives | drive | 2600 | tech | Portable SSD, External hard drive, NVMe drive | usb-hubs:2, laptops:2 | sizes=500 GB/1 TB/2 TB
ink-cartridges | Ink & toner | drive | 780 | primary | Ink cartridge, Toner cartridge, Ink refill bottle | printer-paper:4, printers:2 | habit
# Computer accessories
keyboards | Keyboards | keyboard | 1450 | tech | Mechanical keyboard, Wireless keyboard, Compact keyboard, Ergonomic keyboard | mice:4, desk-mats:3
mice | Mice | mouse | 690 | tech | Wireless mouse, Ergonomic mouse, Gaming mouse, Travel mouse | desk-mats:4, keyboards:3, laptops:2
desk-mats | Desk mats | mat | 340 | fashion | Desk mat, Mouse pad, XL gaming mat | mice:2, keyboards:2
laptop-sleeves | Laptop sleeves | book | 480 | fashion | Laptop sleeve, Laptop case | power-adapters:2, mice:2, usb-hubs:2
usb-hubs | USB hubs & docks | drive | 1150 | metal | USB-C hub, Docking station, Card reader | power-adapters:3, display-cables:3, laptops:2 | plain
power-adapters | Chargers & adapters | cable | 720 | tech | USB-C charger, Laptop adapter, Travel adapter | phone-cables:4, usb-hubs:2, laptops
display-cables | Display & network cables | cable | 260 | tech | HDMI cable, DisplayPort cable, Ethernet cable | usb-hubs:2, monitors:2, tv-mounts:2 | sizes=1 m/2 m/5 m
webcams | Webcams & microphones | camera | 1600 | tech | Webcam, USB microphone, Ring light | monitors:2, headphones:3, usb-hubs:2 | plain
monitor-arms | Monitor arms & stands | stand | 1300 | metal | Monitor arm, Monitor stand, Laptop stand | monitors:3, display-cables:3, desk-lamps:2
# Phones & wearables
phones | Phones | phone | 21000 | metal | Smartphone, Compact smartphone, Pro smartphone | phone-cases:5, screen-protectors:5, phone-cables:3, earbuds:2 | sizes=128 GB/256 GB/512 GB
phone-cases | Phone cases | phone | 320 | fashion | Silicone phone case, Clear phone case, Folio phone case | screen-protectors:5, phone-cables:2, phones:2
screen-protectors | Screen protectors | screen | 190 | none | Tempered glass protector, Privacy screen protector, Matte screen film | phone-cases:5, phones | plain
phone-cables | Phone cables | cable | 210 | tech | USB-C cable, Braided charging cable, Magnetic cable | power-adapters:4, power-banks:3 | sizes=1 m/2 m
power-banks | Power banks | drive | 980 | tech | Power bank, Slim power bank, Wireless power bank | phone-cables:4, phones
smart-watches | Smart watches | watch | 6400 | metal | Smart watch, Fitness band, Running watch | watch-straps:5, screen-protectors:2, running-shoes:2
watch-straps | Watch straps | watch | 360 | fashion | Silicone watch strap, Leather watch strap, Woven watch strap | smart-watches:3, screen-protectors
# Sound & picture
headphones | Headphones | headphones | 2900 | tech | Over-ear headphones, Noise-cancelling headphones, Gaming headset | webcams:2, display-cables | season=december
earbuds | Earbuds | headphones | 1500 | tech | Wireless earbuds, Sport earbuds, Wired earbuds | phone-cables:2, phones | season=december
speakers | Speakers | speaker | 2400 | tech | Portable speaker, Bookshelf speaker, Soundbar | display-cables:2, tv-mounts:2, power-adapters:2 | season=december
televisions | Televisions | screen | 24000 | tech | 43-inch 4K television, 55-inch 4K television, 65-inch OLED television | tv-mounts:5, display-cables:4, speakers:3 | plain
tv-mounts | TV mounts | stand | 780 | tech | Tilting TV mount, Full-motion TV mount, TV floor stand | televisions:3, display-cables:4 | plain
cameras | Cameras | camera | 27000 | tech | Mirrorless camera, Compact camera, Action camera | memory-cards:5, tripods:3 | plain
memory-cards | Memory cards | chip | 540 | primary | SD card, microSD card | cameras:2, tripods:2, storage-drives:2 | plain, sizes=64 GB/128 GB/256 GB
tripods | Tripods | stand | 1400 | tech | Travel tripod, Table tripod, Video tripod | cameras:2, webcams

## Office
# Desk
desk-lamps | Desk lamps | lamp | 890 | fashion | LED desk lamp, Clamp lamp, Reading lamp | office-chairs:2, desk-organisers:3, monitor-arms:2
office-chairs | Office chairs | chair | 6200 | tech | Ergonomic office chair, Mesh desk chair, Kneeling chair | desks:3, desk-lamps:2
desks | Desks | table | 7400 | wood | Standing desk, Writing desk, Corner desk | office-chairs:4, desk-lamps:4, desk-organisers:3
desk-organisers | Desk organisers | box | 340 | wood | Desk organiser, Pen holder, Drawer insert | pens:3, desk-lamps:2
# Paper & writing
notebooks | Notebooks | book | 180 | fashion | Dotted notebook, Lined notebook, Weekly planner | pens:5, markers:3 | season=school
pens | Pens | pen | 120 | primary | Gel pen set, Fountain pen, Ballpoint pen set | notebooks:4, pencil-cases:4 | season=school
markers | Markers & highlighters | pen | 160 | pastel | Highlighter set, Brush pen set, Whiteboard markers | notebooks:3, pencil-cases:3 | season=school
pencil-cases | Pencil cases | pouch | 190 | fashion | Pencil case, Roll-up pencil case | pens:3, markers:3, school-bags:3 | season=school
printer-paper | Printer paper | paper | 240 | none | A4 paper, Recycled A4 paper, Photo paper | ink-cartridges:4, printers:2 | plain, habit

## Home & Living
# Bedroom
beds | Beds | bed | 14500 | wood | Upholstered bed, Wooden bed frame, Storage bed | mattresses:5, bedside-tables:4 | sizes=single/double/king
mattresses | Mattresses | bed | 9800 | none | Memory foam mattress, Pocket spring mattress, Hybrid mattress | pillows:4, beds:2 | plain, sizes=single/double/king
pillows | Pillows | pillow | 450 | none | Memory foam pillow, Feather pillow, Cooling pillow | duvet-covers:3, fitted-sheets:3 | plain
duvet-covers | Duvet covers | duvet | 1250 | pastel | Cotton duvet cover set, Linen duvet cover set, Sateen duvet cover set | fitted-sheets:4, throws:3, pillows:2 | sizes=single/double/king
fitted-sheets | Fitted sheets | duvet | 520 | pastel | Cotton fitted sheet, Jersey fitted sheet | duvet-covers:4, pillows:2 | sizes=single/double/king
bedside-tables | Bedside tables | table | 2300 | wood | Bedside table, Floating nightstand | table-lamps:5, beds:3
# Living room
sofas | Sofas | sofa | 26000 | natural | Two-seat sofa, Three-seat sofa, Sofa bed, Corner sofa | cushions:5, throws:4, coffee-tables:3, rugs:2
coffee-tables | Coffee tables | table | 4200 | wood | Coffee table, Nesting tables, Side table | rugs:4, vases:3, sofas:2
rugs | Rugs | mat | 3100 | natural | Wool rug, Kilim rug, Washable rug, Jute rug | cushions:2, coffee-tables:2 | sizes=80×150/120×180/160×230
cushions | Cushions | pillow | 320 | natural | Linen cushion, Velvet cushion, Embroidered cushion | throws:5, sofas
throws | Throws | duvet | 640 | natural | Knitted throw, Wool throw, Fleece throw | cushions:5, candles:2 | season=winter
curtains | Curtains | curtain | 1100 | natural | Blackout curtain, Linen curtain, Sheer curtain | curtain-rods:5, cushions:2 | sizes=140×240/140×270
curtain-rods | Curtain rods | rod | 520 | metal | Curtain rod, Tension rod, Curtain rings | curtains:5, cushions:2
# Light & decor
floor-lamps | Floor lamps | floorlamp | 2400 | metal | Arc floor lamp, Tripod floor lamp, Reading floor lamp | light-bulbs:5, rugs:2
table-lamps | Table lamps | lamp | 1200 | pastel | Ceramic table lamp, Touch table lamp, Mushroom lamp | light-bulbs:5, bedside-tables:2
light-bulbs | Light bulbs | bulb | 130 | none | LED bulb, Smart bulb, Filament bulb | table-lamps:2, floor-lamps:2, desk-lamps:2 | plain, habit
candles | Candles | candle | 280 | pastel | Scented candle, Pillar candle, Soy candle | vases:2, throws:2 | season=december
vases | Vases | vase | 540 | pastel | Ceramic vase, Glass vase, Bud vase | photo-frames:2, candles:3, coffee-tables:2
photo-frames | Photo frames | frame | 310 | wood | Photo frame, Gallery frame set, Poster frame | posters:5, candles | season=december
posters | Posters & prints | frame | 240 | primary | Art print, Botanical poster, City map print | photo-frames:5, vases:2 | plain
# Bathroom & laundry
towels | Towels | duvet | 380 | pastel | Bath towel, Hand towel set, Peshtemal towel | bath-mats:5, shower-curtains:2, hand-soaps:2
bath-mats | Bath mats | mat | 340 | pastel | Bath mat, Memory foam bath mat | towels:5, shower-curtains:3
shower-curtains | Shower curtains | curtain | 410 | pastel | Shower curtain, Shower curtain liner | bath-mats:4, towels:3
laundry-baskets | Laundry baskets | basket | 520 | natural | Laundry basket, Foldable hamper | detergents:3, towels:2
detergents | Detergents | jug | 260 | primary | Liquid detergent, Laundry capsules, Fabric softener | laundry-baskets:2, towels, hand-soaps:2 | plain, habit

## Kitchen & Dining
# Cooking
pans | Frying pans | pan | 890 | metal | Cast iron pan, Non-stick frying pan, Steel sauté pan, Wok | spatulas:5, pots:3 | sizes=20 cm/24 cm/28 cm
pots | Pots | pot | 1350 | metal | Saucepan, Stock pot, Dutch oven | spatulas:4, pans:3 | sizes=18 cm/22 cm/26 cm
spatulas | Cooking utensils | spatula | 160 | pastel | Silicone spatula, Wooden spoon set, Kitchen tongs, Ladle | pans:2, pots:2
knives | Kitchen knives | knife | 780 | wood | Chef's knife, Santoku knife, Bread knife, Paring knife | cutting-boards:5, pans:2 | plain
cutting-boards | Cutting boards | tray | 360 | wood | Walnut cutting board, Bamboo cutting board, Marble serving board | knives:3, dinner-plates | plain
baking-tins | Baking tins | pan | 290 | metal | Cake tin, Muffin tray, Loaf tin, Baking sheet | mixing-bowls:4, hand-mixers:3
mixing-bowls | Mixing bowls | bowl | 340 | pastel | Mixing bowl set, Measuring bowl, Salad bowl | baking-tins:3, hand-mixers:4, spatulas:2
# Appliances
hand-mixers | Mixers | blender | 1900 | pastel | Hand mixer, Stand mixer, Immersion blender | mixing-bowls:4, baking-tins:3 | season=december
blenders | Blenders | blender | 2100 | pastel | Blender, Personal blender, Smoothie maker | drinking-bottles:3, storage-jars:2
kettles | Kettles | kettle | 1250 | pastel | Electric kettle, Gooseneck kettle, Tea maker | teas:4, tea-glasses:4, mugs:3
coffee-machines | Coffee machines | coffeemaker | 7800 | metal | Espresso machine, Filter coffee maker, Turkish coffee maker, Moka pot | coffee:5, mugs:4, coffee-filters:3
air-fryers | Air fryers | kettle | 4600 | tech | Air fryer, Dual-zone air fryer | spatulas:3, storage-jars:2, dinner-plates:2 | season=december
# Table
mugs | Mugs | mug | 190 | pastel | Stoneware mug, Travel mug, Enamel mug, Latte mug | teas:4, coffee:3, coasters:4 | season=december
tea-glasses | Tea glasses | glass | 260 | none | Tea glass set, Double-wall glass, Teapot | teas:5, coasters:3
coasters | Coasters | plate | 130 | natural | Cork coasters, Felt coasters, Marble coasters | mugs:4, tea-glasses:3, coffee:2
dinner-plates | Plates | plate | 420 | pastel | Dinner plate set, Dessert plate set, Serving plate | cutlery:5, napkins:3
cutlery | Cutlery | cutlery | 980 | metal | Cutlery set, Steak knife set, Dessert fork set | dinner-plates:4, napkins:4
napkins | Table linen | duvet | 240 | natural | Linen napkin set, Tablecloth, Table runner | dinner-plates:3, cutlery:3, candles
# Pantry
coffee | Coffee | pouch | 340 | earth | Espresso beans, Filter coffee, Turkish coffee, Decaf beans | coffee-filters:4, mugs:2 | plain, habit, sizes=250 g/500 g/1 kg
coffee-filters | Coffee filters & drippers | paper | 160 | none | Paper filters, Pour-over dripper, Milk frother | coffee:5, mugs:3 | plain, habit
teas | Tea | pouch | 210 | earth | Black tea, Green tea, Apple tea, Mint tea, Linden tea | tea-glasses:3, mugs:2, honey:4 | plain, habit, season=winter
honey | Honey & jams | jar | 240 | earth | Pine honey, Flower honey, Fig jam, Rose jam | teas:4, nuts:3 | plain, habit
nuts | Nuts & dried fruit | pouch | 310 | earth | Antep pistachios, Roasted hazelnuts, Dried apricots, Mixed nuts | honey:3, storage-jars:2 | plain, habit
storage-jars | Storage jars | jar | 280 | none | Glass storage jar, Airtight container set, Vacuum canister | nuts:3, coffee:2, teas:2 | plain
drinking-bottles | Drinking bottles | thermos | 460 | fashion | Steel water bottle, Insulated bottle, Glass bottle | lunch-boxes:5, school-bags:2, sport-socks:2 | season=school
lunch-boxes | Lunch boxes | box | 340 | pastel | Lunch box, Bento box, Insulated lunch bag | drinking-bottles:5, school-bags:3 | season=school
`;
