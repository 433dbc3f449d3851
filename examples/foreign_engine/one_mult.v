// one_mult: a depthwise convolution with a 3x3 kernel and one multiplier, written by hand.
//
// It takes a channel plane column by column, padding included, keeps it, then computes the output
// column by column: nine products, then bias, scale, rounding and clamp. A pixel with bit 8 set is
// padding, and stands for the zero point. Channels come in the order that the host chooses:
// parameter slot 0 is the first plane of an image.
//
// Write port: address {0, slot, word} has taps 0-8 (row by row), bias (9), multiplier (10), and
// right shift (11) of a slot; address {1, n}: rows, columns, slots, step, input zero point, output
// zero point, lowest and highest output. Rows * columns is at most 256.
//
// The plusarg +planted=N plants a bug: 1 padding value, 2 remainder of the step, 3 a beat lost
// under backpressure, 4 rounding.
module one_mult (
    input             ck,
    input             nrst,
    input             wr,
    input      [ 8:0] wrAddr,
    input      [31:0] wrData,
    input      [ 8:0] pix,
    input             pixEn,
    output            pixAck,
    output reg [ 7:0] res,
    output reg        resEn,
    input             resAck
);
    localparam TAKE = 0, MAC = 1, SCALE = 2, ROUND = 3, GIVE = 4;

    integer planted = 0;
    initial if (!$value$plusargs("planted=%d", planted)) planted = 0;

    reg signed [31:0] par [0:127];
    reg signed [31:0] cfg [0:7];
    reg signed [ 8:0] plane [0:255];

    wire [8:0] rows = cfg[0][8:0];
    wire [8:0] cols = cfg[1][8:0];
    wire [8:0] step = cfg[3][8:0];

    reg        [ 2:0] st;
    reg        [ 2:0] slot;
    reg        [ 8:0] fill;       // pixels taken of this plane
    reg        [ 8:0] x, y;       // the window's first column and row
    reg        [ 3:0] tap;
    reg        [ 1:0] tx, ty;
    reg signed [31:0] acc;
    reg signed [63:0] prod;

    // The one multiplier: taps, then the scale.
    wire [8:0] at = (x + {7'd0, tx}) * rows + y + {7'd0, ty};
    wire signed [31:0] opA = st == MAC ? {{23{plane[at[7:0]][8]}}, plane[at[7:0]]}
                                       : acc + par[{slot, 4'd9}];
    wire signed [31:0] opB = st == MAC ? par[{slot, tap}] : par[{slot, 4'd10}];
    wire signed [63:0] product = opA * opB;

    wire [5:0] shift = par[{slot, 4'd11}][5:0];
    wire signed [63:0] half = planted == 4 ? 64'sd0 : 64'sd1 <<< (shift - 6'd1);
    wire signed [63:0] zeroOut = {{32{cfg[5][31]}}, cfg[5]};
    wire signed [63:0] least = {{32{cfg[6][31]}}, cfg[6]};
    wire signed [63:0] most = {{32{cfg[7][31]}}, cfg[7]};
    wire signed [63:0] rounded = ((prod + half) >>> shift) + zeroOut;
    wire signed [63:0] clamped = rounded < least ? least : rounded > most ? most : rounded;

    wire signed [8:0] zero = cfg[4][8:0];
    wire signed [8:0] value = pix[8] ? (planted == 1 ? 9'sd0 : zero) : {pix[7], pix[7:0]};

    wire moreRows = planted == 2 ? y + 9'd3 < rows : y + 9'd3 + step <= rows;
    wire moreCols = x + 9'd3 + step <= cols;

    assign pixAck = st == TAKE && nrst;

    always @(posedge ck) begin
        if (wr && wrAddr[8]) cfg[wrAddr[2:0]] <= wrData;
        if (wr && !wrAddr[8]) par[wrAddr[6:0]] <= wrData;
        if (resEn && resAck) resEn <= 0;
        case (st)
            TAKE:
                if (pixEn) begin
                    plane[fill[7:0]] <= value - zero;
                    fill <= fill + 1;
                    if (fill + 1 == rows * cols) st <= MAC;
                end
            MAC: begin
                acc <= (tap == 0 ? 32'sd0 : acc) + product[31:0];
                tap <= tap + 1;
                tx <= tx == 2 ? 0 : tx + 1;
                ty <= tx == 2 ? ty + 1 : ty;
                if (tap == 8) st <= SCALE;
            end
            SCALE: begin
                prod <= product;
                st <= ROUND;
            end
            ROUND: st <= GIVE;
            GIVE:
                if (!resEn || resAck || planted == 3) begin
                    res <= clamped[7:0];
                    resEn <= 1;
                    {tap, tx, ty} <= 0;
                    y <= moreRows ? y + step : 0;
                    if (!moreRows) x <= moreCols ? x + step : 0;
                    st <= moreRows || moreCols ? MAC : TAKE;
                    if (!moreRows && !moreCols) begin
                        fill <= 0;
                        slot <= {29'd0, slot} + 1 == cfg[2] ? 0 : slot + 1;
                    end
                end
            default: st <= TAKE;
        endcase
        if (!nrst) begin
            st <= TAKE;
            {slot, fill, x, y, tap, tx, ty, resEn} <= 0;
        end
    end
endmodule
